import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { deadline } from '@farmgate/service-kit/deadline.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Redis } from '@farmgate/streams/redis.ts'
import type { Clock } from './clock.ts'
import type { Hub } from './hub.ts'
import type { RoomSession } from './room-session.ts'
import type { Signals } from './signals.ts'
import type { WatchedRoom } from './watched-room.ts'

/** A gateway says that it lives every 2 s; after 8 s of silence the others take it for dead. */
const LIVENESS_S = 8
const LIVENESS_MS = LIVENESS_S * 1_000
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

const livenessKey = (gateway: string) => `farmgate:gateway:${gateway}`
const roomKey = (roomId: string) => `farmgate:presence:{${roomId}}`

/**
 * Who is online, over all gateways. Each gateway writes what it holds into a hash per room (field `<gateway>:<user>`), says
 * so on the signals stream, and keeps a key alive that says that it lives itself; what a dead one left behind is ignored
 * and removed. Whatever could not be said, or may have been lost, is said again: it is only ever the present truth.
 */
export function openPresence({ redis, pulse, log, clock, hub, signals }: Holds): Presence {
  const me = signals.gateway
  const living = new Set<string>()
  /** Rooms and users of ours that Redis has to be told of, as `<room> <user>`. */
  const untold = new Set<string>()
  /** While a room's hash is being read, signals that came meanwhile are newer than it. */
  const heardMeanwhile = new Map<string, Set<string>>()
  /** Nobody is judged before: who was cut off itself cannot tell who is dead. */
  let judgeFrom = Date.now() + LIVENESS_MS
  let polling = false

  const set = (room: WatchedRoom, userId: string, gateway: string, present: boolean, at: string) => {
    const through = room.present.get(userId) ?? new Set()
    const before = through.size > 0
    if (present) through.add(gateway)
    else through.delete(gateway)
    if (through.size > 0) room.present.set(userId, through)
    else room.present.delete(userId)
    const after = through.size > 0
    if (before !== after) room.tellOthers(userId, presenceFrame(userId, after, at))
  }

  const isHere = (roomId: string, userId: string) => hub.get(roomId)?.present.get(userId)?.has(me) ?? false

  /** Tells Redis and the other gateways whether this user has a socket here: now, not when it was asked for. */
  const tell = async (roomId: string, userId: string): Promise<void> => {
    const about = `${roomId} ${userId}`
    if (pulse.state === 'away') return remember(about)
    const present = isHere(roomId, userId)
    untold.delete(about)
    try {
      const key = roomKey(roomId)
      const field = `${me}:${userId}`
      const write = present
        ? Promise.all([redis.hset(key, field, '1'), redis.expire(key, ROOM_TTL_S)])
        : redis.hdel(key, field)
      await Promise.all([write, signals.presence(roomId, userId, present, new Date().toISOString())])
    } catch (error) {
      log.debug({ err: error, room_id: roomId }, 'presence.untold')
      remember(about)
    }
  }
  const remember = (about: string) => {
    if (untold.size < MAX_UNTOLD) untold.add(about)
  }
  const tellAll = () => {
    for (const room of hub.rooms())
      for (const [userId, through] of room.present) if (through.has(me)) untold.add(`${room.id} ${userId}`)
  }
  const tellUntold = async () => {
    const all = [...untold].map((about) => about.split(' ') as [string, string])
    for (let at = 0; at < all.length; at += BATCH) {
      await Promise.all(all.slice(at, at + BATCH).map(([roomId, userId]) => tell(roomId, userId)))
    }
  }

  /** Which of these gateways live. */
  const alive = async (gateways: readonly string[]): Promise<Set<string>> => {
    if (gateways.length === 0) return new Set()
    const keys = await redis.mget(gateways.map(livenessKey))
    return new Set(gateways.filter((_, at) => keys[at] !== null))
  }
  const meet = async (fields: readonly string[]) => {
    const strangers = new Set(fields.map(gatewayOf).filter((gateway) => gateway !== me && !living.has(gateway)))
    for (const gateway of await alive([...strangers])) living.add(gateway)
  }

  /** Takes over what the room's hash says of other gateways, both ways; signals that came meanwhile win. */
  const read = async (room: WatchedRoom) => {
    const newer = new Set<string>()
    heardMeanwhile.set(room.id, newer)
    try {
      const fields = await redis.hkeys(roomKey(room.id))
      await meet(fields)
      const at = new Date().toISOString()
      const dead = fields.filter((field) => gatewayOf(field) !== me && !living.has(gatewayOf(field)))
      if (dead.length > 0 && Date.now() >= judgeFrom) await redis.hdel(roomKey(room.id), ...dead)
      const theirs = new Set(fields.filter((field) => living.has(gatewayOf(field))))
      for (const field of [...fieldsOf(room), ...theirs]) {
        if (gatewayOf(field) !== me && !newer.has(field))
          set(room, userOf(field), gatewayOf(field), theirs.has(field), at)
      }
    } finally {
      heardMeanwhile.delete(room.id)
    }
  }
  const readAll = async () => {
    const rooms = [...hub.rooms()]
    for (let at = 0; at < rooms.length; at += BATCH) await Promise.all(rooms.slice(at, at + BATCH).map(read))
  }
  const readFirst = async (room: WatchedRoom) => {
    if (pulse.state === 'away') return
    try {
      await deadline(read(room), KNOWN_MS, 'redis')
    } catch (error) {
      log.debug({ err: error, room_id: room.id }, 'presence.unknown')
      // What the hash says is fetched when Redis can tell.
      mustRead = true
    }
  }
  let mustRead = false

  const bury = async (gateway: string) => {
    log.info({ gateway }, 'presence.gateway_gone')
    living.delete(gateway)
    const at = new Date().toISOString()
    for (const room of hub.rooms()) {
      const left = fieldsOf(room).filter((field) => gatewayOf(field) === gateway)
      for (const field of left) set(room, userOf(field), gateway, false, at)
      if (left.length > 0) await redis.hdel(roomKey(room.id), ...left)
    }
  }
  const judge = async () => {
    const alivesNow = await alive([...living])
    for (const gateway of living) if (!alivesNow.has(gateway)) await bury(gateway)
  }

  /** Says that we live; if our own key was gone, the others may have buried us, and Redis may have lost everything. */
  const poll = async () => {
    const known = await redis.set(livenessKey(me), '1', 'EX', LIVENESS_S, 'GET')
    if (known === null) {
      judgeFrom = Date.now() + LIVENESS_MS
      mustRead = true
      tellAll()
    }
    await tellUntold()
    if (Date.now() < judgeFrom) return
    await judge()
    if (!mustRead) return
    mustRead = false
    await readAll()
  }
  const pollOnce = async () => {
    if (polling || pulse.state === 'away') return
    polling = true
    await poll().catch((error) => log.debug({ err: error }, 'presence.poll_failed'))
    polling = false
  }

  clock.onTick(() => {
    if (clock.ticks % REFRESH_TICKS === 0) tellAll()
    if (clock.ticks % POLL_TICKS === 0) void pollOnce()
  })
  pulse.onBack(() => {
    judgeFrom = Date.now() + LIVENESS_MS
    mustRead = true
    void pollOnce()
  })
  void pulse.ready.then(pollOnce)

  return {
    known: (room) => {
      room.presenceKnown ??= readFirst(room)
      return room.presenceKnown
    },
    online: (room) => [...room.present.keys()],
    enter({ room, userId }) {
      if (room.present.get(userId)?.has(me)) return
      set(room, userId, me, true, new Date().toISOString())
      void tell(room.id, userId)
    },
    leave(session) {
      const { room, userId } = session
      for (const other of room.sessions) if (other !== session && other.userId === userId && other.welcomed) return
      if (!room.present.get(userId)?.has(me)) return
      set(room, userId, me, false, new Date().toISOString())
      void tell(room.id, userId)
    },
    heard(room, gateway, userId, present, at) {
      heardMeanwhile.get(room.id)?.add(`${gateway}:${userId}`)
      if (present) living.add(gateway)
      set(room, userId, gateway, present, at)
    },
    async close() {
      await tellUntold()
      if (pulse.state === 'up')
        await redis.del(livenessKey(me)).catch((error) => log.debug({ err: error }, 'presence.no_goodbye'))
    },
  }
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
