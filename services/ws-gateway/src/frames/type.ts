import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { RoomSession } from '../room-session.ts'
import type { Typing } from '../typing.ts'

export function type(typing: Typing) {
  return (session: RoomSession, { is_typing }: RoomClientFrames['typing']): void => typing.say(session, is_typing)
}
