import { positionsAnswer, type RoomPosition } from '@farmgate/contracts/internal-messages.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { oneAtATime } from '@farmgate/streams/bell.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import { shardOf } from '@farmgate/streams/shards.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'
import type { WatchedRoom } from './watched-room.ts'

/** Every room is compared once in so many seconds, a part of them each second; while Redis is away all of them each. */
const ROUND_TICKS = 5
const CHUNK = 1_000
const DEADLINE_MS = 3_000

type Holds = { messagesApi: InternalClient; hub: Hub; pulse: Pulse; clock: Clock; log: Log }

export type Comparing = {
  /** Something may have been missed: all rooms, at once. */
  now(): void
}

/**
 * Never trusts silence: compares where the rooms stand here with where messages-api has them. A gate that is behind
 * fetches what it misses, a read marker that is behind is told. While Redis is away this is how changes travel.
 */
export function comparePositions({ messagesApi, hub, pulse, clock, log }: Holds): Comparing {
  /** Something may have been missed since the last round began: the next one looks at all rooms. */
  let all = false
  /** Whose turn it is: the next part's only when this one's round has been. */
  let slot = 0

  const compareChunk = async (rooms: readonly WatchedRoom[]) => {
    const before = new Map(rooms.map((room) => [room.id, room.gate.position ?? 0]))
    const asked = { room_ids: rooms.map((room) => room.id) }
    const { positions } = await messagesApi.post('/internal/messages/positions/', asked, {
      deadlineMs: DEADLINE_MS,
      schema: positionsAnswer,
    })
    for (const position of positions) {
      const room = hub.get(position.room_id)
      if (!room?.parties) continue
      if (position.rev < (before.get(room.id) ?? 0)) startOver(room, position.rev, log)
      else room.saw(position.rev)
      tellReads(room, position)
    }
  }
  const rounds = oneAtATime(async () => {
    const isWhole = all || pulse.state === 'away'
    const isDue = (room: WatchedRoom) =>
      room.gate.position !== undefined && (isWhole || shardOf(room.id, ROUND_TICKS) === slot)
    const rooms = [...hub.rooms()].filter(isDue)
    all = false
    slot = (slot + 1) % ROUND_TICKS
    try {
      for (let at = 0; at < rooms.length; at += CHUNK) await compareChunk(rooms.slice(at, at + CHUNK))
    } catch (error) {
      all ||= isWhole
      if (!isDependencyAway(error)) log.error({ err: error }, 'compare.failed')
    }
  })
  const now = () => {
    all = true
    rounds.soon()
  }

  clock.onTick(rounds.soon)
  pulse.onBack(now)
  return { now }
}

/**
 * We have passed on what Postgres does not have: a forged entry, or a database restored to an earlier day. The clients
 * come back with their `after_rev`, and are told to reload.
 */
function startOver(room: WatchedRoom, rev: number, log: Log) {
  log.error({ room_id: room.id, position: room.gate.position, rev }, 'gate.ahead')
  for (const session of room.sessions) session.connection.close('overloaded')
}

function tellReads(room: WatchedRoom, { read, read_at }: RoomPosition) {
  if (!room.parties) return
  const { customer, farmer } = room.parties
  if (read_at.customer)
    room.readMoved(customer, read.customer_seq, readFrame(customer, read.customer_seq, read_at.customer))
  if (read_at.farmer) room.readMoved(farmer, read.farmer_seq, readFrame(farmer, read.farmer_seq, read_at.farmer))
}

function readFrame(userId: string, seq: number, readAt: string): string {
  const frame: RoomServerFrames['read'] = { type: 'read', user_id: userId, seq, read_at: readAt }
  return JSON.stringify(frame)
}
