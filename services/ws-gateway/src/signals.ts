import { randomUUID } from 'node:crypto'
import { SIGNALS_STREAM } from '@farmgate/contracts/signals.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { publish } from '@farmgate/streams/publish.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Redis } from '@farmgate/streams/redis.ts'

/** Signals are worth nothing a minute later. */
const MAX_LEN = 10_000

export type Signals = {
  /** This gateway's name among the others. A new one for each life of the process. */
  readonly gateway: string
  typing(roomId: string, userId: string, isTyping: boolean): void
  presence(roomId: string, userId: string, present: boolean, at: string): Promise<void>
}

/** Tells the other gateways what nobody stores. While Redis is away typing is not told at all. */
export function openSignals({ redis, pulse, log }: { redis: Redis; pulse: Pulse; log: Log }): Signals {
  const gateway = randomUUID()
  const say = (subject: string, fields: Record<string, string>) =>
    publish(redis, [{ stream: SIGNALS_STREAM, subject, fields: { ...fields, gateway } }], { maxLen: MAX_LEN })
  const flag = (value: boolean) => (value ? '1' : '0')
  return {
    gateway,
    typing(room_id, user_id, isTyping) {
      if (pulse.state === 'away') return
      say(room_id, { type: 'typing', room_id, user_id, is_typing: flag(isTyping) }).catch((error) =>
        log.debug({ err: error, room_id }, 'signal.lost'),
      )
    },
    presence: (room_id, user_id, present, at) =>
      say(room_id, { type: 'presence', room_id, user_id, present: flag(present), at }),
  }
}
