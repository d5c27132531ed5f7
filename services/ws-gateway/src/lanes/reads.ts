import { type ReadBatch, type ReadResult, readBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import type { RoomSession } from '../room-session.ts'
import { byPost, type LaneHolds, openRoomLane } from './room-lane.ts'

const MAX_BATCH = 500

type Read = ReadBatch['reads'][number]

export type Reads = {
  /** The user has read up to `seq`. Throws Refusal('overloaded'). */
  push(session: RoomSession, seq: number): void
  close(): Promise<void>
}

/** Read markers: of those that wait, only the highest of a user in a room leaves. */
export function openReads(holds: LaneHolds): Reads {
  const waiting = new Map<string, Read>()
  const keyOf = ({ room_id, user_id }: Read) => `${room_id} ${user_id}`
  const lane = openRoomLane<Read, ReadResult>(
    {
      name: 'read',
      ask: byPost(holds, 'read', (reads) => ({ reads }), readBatchAnswer),
      maxBatch: MAX_BATCH,
      onLeave: (read) => waiting.delete(keyOf(read)),
      settle: ({ session, item }, result) => {
        if (result.outcome === 'refused') return session.connection.refuse(result.code, result.detail)
        if (result.frame !== '') holds.hub.get(item.room_id)?.readMoved(item.user_id, result.seq, result.frame)
      },
    },
    holds,
  )
  return {
    push(session, seq) {
      const read = { room_id: session.room.id, user_id: session.userId, seq }
      const older = waiting.get(keyOf(read))
      if (older) {
        older.seq = Math.max(older.seq, seq)
      } else {
        lane.push(session, read)
        waiting.set(keyOf(read), read)
      }
    },
    close: lane.close,
  }
}
