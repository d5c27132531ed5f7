import { z } from 'zod'
import { roomId, userId } from './ids.ts'
import { time } from './text.ts'

/** The stream on which gateways tell each other what nobody stores, sharded by room id. */
export const SIGNALS_STREAM = 'signals'

const signal = { gateway: z.string().min(1), room_id: roomId, user_id: userId }
const flag = z.enum(['0', '1']).transform((value) => value === '1')

/** `gateway` is the instance that says it; `present` is whether the user has a socket of the room there. */
export const signals = {
  typing: z.object({ type: z.literal('typing'), ...signal, is_typing: flag }),
  presence: z.object({ type: z.literal('presence'), ...signal, present: flag, at: time }),
} as const
