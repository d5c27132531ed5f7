import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { deadline } from '@farmgate/service-kit/deadline.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Redis } from '@farmgate/streams/redis.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'
import { Liveness } from './liveness.ts'
import type { RoomSession } from './room-session.ts'
import type { Signals } from './signals.ts'
import type { WatchedRoom } from './watched-room.ts'

/** How often a gateway says that it lives (liveness.ts), and looks who else does. */
const POLL_TICKS = 2
/** A room's hash outlives its sockets by this, and is written again long before it ends. */
const ROOM_TTL_S = 24 * 3_600
const REFRESH_TICKS = 6 * 3_600
/** A welcome does not wait longer than this for who else is online; they follow as presence frames. */
const KNOWN_MS = 300
/** Rooms at a time. */
const BATCH = 500
/** While Redis is away for long, more than this is not remembered: the hash of a room ends by itself. */
const MAX_UNTOLD = 100_000

export type Presence = {
  /** Settles when the presence of others in this room has been asked for, whether it could be had or not. */
  known(room: WatchedRoom): Promise<void>
  /** The users with a socket in the room on any living gateway. */
  online(room: WatchedRoom): string[]
  enter(session: RoomSession): void
  leave(session: RoomSession): void
  /** Another gateway says so. */
  heard(room: WatchedRoom, gateway: string, userId: string, present: boolean, at: string): void
  close(): Promise<void>
}

type Holds = { redis: Redis; pulse: Pulse; log: Log; clock: Clock; hub: Hub; signals: Signals }

const roomKey = (roomId: string) => `farmgate:presence:{${roomId}}`

/**
 * Who is online, over all gateways. Each gateway writes what it holds into a hash per room (field `<gateway>:<user>`), says
 * so on the signals stream, and keeps a key alive that says that it lives itself; what a dead one left behind is ignored
 * and removed. Whatever could not be said, or may have been lost, is said again: it is only ever the present truth.
 */
export function openPresence({ redis, pulse, log, clock, hub, signals }: Holds): Presence {
  const me = signals.gateway
  const liveness = new Liveness(redis, me)
  /** Rooms and users of ours that Redis has to be told of, as `<room> <user>`. */
  const untold = new Set<string>()
  /** What others say may have been missed. */
  let mustRead = false
  let polling = false

  /** Tells Redis and the other gateways whether this user has a socket here: now, not when it was asked for. */
  const tell = async (roomId: string, userId: string): Promise<void> => {
    const about = `${roomId} ${userId}`
    if (pulse.state === 'away') return remember(about)
    untold.delete(about)
    const present = hub.get(roomId)?.present.get(userId)?.has(me) ?? false
    try {
      const said = signals.presence(roomId, userId, present, new Date().toISOString())
      await Promise.all([write(redis, roomKey(roomId), `${me}:${userId}`, present), said])
    } catch (error) {
      log.debug({ err: error, room_id: roomId }, 'presence.untold')
      remember(about)
    }
  }
  const remember = (about: string) => {
    if (untold.size < MAX_UNTOLD) untold.add(about)
  }
  const tellAgain = () => {
    for (const room of hub.rooms())
      for (const [userId, through] of room.present) if (through.has(me)) remember(`${room.id} ${userId}`)
  }
  const tellUntold = () =>
    inBatches([...untold], (about) => {
      const [roomId = '', userId = ''] = about.split(' ')
      return tell(roomId, userId)
    })

  /** Takes over what the room's hash says of other gateways, both ways; what the dead left in it is removed. */
  const read = async (room: WatchedRoom): Promise<void> => {
    const newer = new Set<string>()
    room.presenceReads.add(newer)
    try {
      const fields = await redis.hkeys(roomKey(room.id))
      await liveness.meet(fields.map(gatewayOf))
      const theirs = new Set(fields.filter((field) => liveness.lives(gatewayOf(field))))
      const at = new Date().toISOString()
      for (const field of new Set([...fieldsOf(room), ...theirs])) {
        if (gatewayOf(field) !== me && !newer.has(field)) set(room, field, theirs.has(field), at)
      }
      const left = fields.filter((field) => gatewayOf(field) !== me && !theirs.has(field))
      if (left.length > 0 && liveness.mayJudge) await redis.hdel(roomKey(room.id), ...left)
    } finally {
      room.presenceReads.delete(newer)
    }
  }
  const readFirst = async (room: WatchedRoom) => {
    try {
      if (pulse.state === 'up') await deadline(read(room), KNOWN_MS, 'redis')
    } catch (error) {
      log.debug({ err: error, room_id: room.id }, 'presence.unknown')
      mustRead = true
    }
  }

  const bury = async (gateway: string) => {
    log.info({ gateway }, 'presence.gateway_gone')
    const at = new Date().toISOString()
    await inBatches([...hub.rooms()], async (room) => {
      const left = fieldsOf(room).filter((field) => gatewayOf(field) === gateway)
      for (const field of left) set(room, field, false, at)
      if (left.length > 0) await redis.hdel(roomKey(room.id), ...left)
    })
  }
  const poll = async () => {
    if (!(await liveness.renew())) {
      mustRead = true
      tellAgain()
    }
    await tellUntold()
    if (!liveness.mayJudge) return
    for (const gateway of await liveness.dead()) await bury(gateway)
    if (!mustRead) return
    mustRead = false
    await inBatches([...hub.rooms()], read)
  }
  const pollOnce = async () => {
    if (polling || pulse.state === 'away') return
    polling = true
    await poll().catch((error) => log.debug({ err: error }, 'presence.poll_failed'))
    polling = false
  }

  clock.onTick(() => {
    if (clock.ticks % REFRESH_TICKS === 0) tellAgain()
    if (clock.ticks % POLL_TICKS === 0) void pollOnce()
  })
  pulse.onBack(() => {
    liveness.suspend()
    mustRead = true
    void pollOnce()
  })

  return {
    known: (room) => {
      room.presenceKnown ??= readFirst(room)
      return room.presenceKnown
    },
    online: (room) => [...room.present.keys()],
    enter({ room, userId }) {
      if (room.present.get(userId)?.has(me)) return
      set(room, `${me}:${userId}`, true, new Date().toISOString())
      void tell(room.id, userId)
    },
    leave(session) {
      const { room, userId } = session
      for (const other of room.sessions) if (other !== session && other.userId === userId && other.welcomed) return
      if (!room.present.get(userId)?.has(me)) return
      set(room, `${me}:${userId}`, false, new Date().toISOString())
      void tell(room.id, userId)
    },
    heard(room, gateway, userId, present, at) {
      const field = `${gateway}:${userId}`
      for (const newer of room.presenceReads) newer.add(field)
      if (present) liveness.heard(gateway)
      set(room, field, present, at)
    },
    async close() {
      await tellUntold()
      await liveness.leave().catch((error) => log.debug({ err: error }, 'presence.no_goodbye'))
    },
  }
}

/** A gateway says so of a user; shown where it makes the difference between none and some. */
function set(room: WatchedRoom, field: string, present: boolean, at: string): void {
  const userId = userOf(field)
  const through = room.present.get(userId) ?? new Set()
  const before = through.size > 0
  if (present) through.add(gatewayOf(field))
  else through.delete(gatewayOf(field))
  const after = through.size > 0
  if (after) room.present.set(userId, through)
  else room.present.delete(userId)
  if (before !== after) room.tellOthers(userId, presenceFrame(userId, after, at))
}

async function write(redis: Redis, key: string, field: string, present: boolean): Promise<void> {
  if (present) await Promise.all([redis.hset(key, field, '1'), redis.expire(key, ROOM_TTL_S)])
  else await redis.hdel(key, field)
}

async function inBatches<T>(all: readonly T[], work: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += BATCH) await Promise.all(all.slice(at, at + BATCH).map(work))
}

/** A gateway's name holds no colon; a user's id may. */
const gatewayOf = (field: string) => field.slice(0, field.indexOf(':'))
const userOf = (field: string) => field.slice(field.indexOf(':') + 1)

const fieldsOf = (room: WatchedRoom): string[] =>
  [...room.present].flatMap(([userId, through]) => [...through].map((gateway) => `${gateway}:${userId}`))

function presenceFrame(userId: string, online: boolean, at: string): string {
  const frame: RoomServerFrames['presence'] = {
    type: 'presence',
    user_id: userId,
    online,
    last_seen_at: online ? null : at,
  }
  return JSON.stringify(frame)
}
