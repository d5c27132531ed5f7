import { readdir, readFile } from 'node:fs/promises'
import type { Message } from '@farmgate/contracts/messages.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import type { RoomClient, Sent } from '@farmgate/test/e2e/room-client.ts'
import type { Operation } from './history.ts'
import type { Load } from './load.ts'
import type { World } from './world.ts'

/** What one client has seen. */
export type View = {
  room_id: string
  user: string
  /** The room's rev when it first came: it sees what changes from then on. */
  since: number
  messages: readonly Message[]
  acknowledged: ReadonlySet<string>
  /** Said, and after all this time not acknowledged. */
  unsettled: number
  sent: readonly Sent[]
  /** Each read marker it was told, by user, in the order of telling. */
  reads: ReadonlyMap<string, readonly number[]>
  /** What the client itself found wrong: a rev twice, left out or back. */
  breaches: readonly string[]
}

export type StoredMessage = {
  message_id: string
  room_id: string
  seq: number
  rev: number
  kind: Message['kind']
  sender_id: string
  client_message_id: string | null
  body: string
  status_from: string | null
  status_to: string | null
  deleted: boolean
}

export type StoredRoom = {
  room_id: string
  /** As messages-api has it. Null where it has not heard of the room. */
  last_seq: number | null
  rev: number | null
  order_status: string | null
  /** As the card of rooms-api has it. */
  card: { last_seq: number; order_status: string | null; customer_unread: number; farmer_unread: number }
  recount: { customer_unread: number; farmer_unread: number }
  /** Every rev that a message carries or that a later change of it has replaced. */
  revs: readonly number[]
  messages: readonly StoredMessage[]
}

export type Resources = { rssMb: number; files: number }

/** Everything that the oracle looks at, taken at one moment. */
export type Evidence = {
  operations: readonly Operation[]
  /** Nothing that is asked for may take longer. */
  mostMs: number
  misses: readonly string[]
  views: readonly View[]
  rooms: readonly StoredRoom[]
  /** Frames that reached a stranger. */
  overheard: readonly string[]
  /** Processes that ended and were not killed by the case. */
  fallen: readonly string[]
  leftOver: { outbox: number; pending: number; unread: number; deadLetters: number }
  /** What somebody wrote or a token, in a log, a metric or a refusal. */
  leaks: readonly string[]
  /** By process that was never killed: before the fault, and now. */
  resources: readonly { process: string; before: Resources; now: Resources }[]
}

function viewOf(room_id: string, user: string, client: RoomClient): View {
  const reads = new Map<string, number[]>()
  for (const frame of client.frames)
    if (frame.type === 'read') reads.set(frame.user_id, [...(reads.get(frame.user_id) ?? []), frame.seq])
  return {
    room_id,
    user,
    since: client.since ?? 0,
    messages: client.inOrder,
    acknowledged: client.acknowledged,
    unsettled: client.unsettled,
    sent: [...client.sent.values()],
    reads,
    breaches: client.breaches,
  }
}

export const viewsOf = ({ conversations }: Pick<Load, 'conversations'>): View[] =>
  conversations.flatMap(({ room_id, customer_id, farmer_id, customer, farmer }) => [
    viewOf(room_id, customer_id, customer),
    viewOf(room_id, farmer_id, farmer),
  ])

/** All rooms that there are, from both services' tables, as of one moment. */
export async function storedRooms({ sql }: Pick<World, 'sql'>): Promise<StoredRoom[]> {
  const [messages, superseded, rooms] = await sql.begin('isolation level repeatable read read only', async (tx) => [
    await tx<StoredMessage[]>`
      select message_id, room_id, seq, rev, kind, sender_id, client_message_id, body, status_from, status_to,
        deleted_at is not null as deleted
      from messages.messages order by room_id, seq`,
    await tx<{ room_id: string; rev: number }[]>`select room_id, rev from messages.superseded`,
    await tx<Omit<StoredRoom, 'revs' | 'messages'>[]>`
      select r.room_id, m.last_seq, m.rev, m.order_status,
        json_build_object('last_seq', r.last_seq, 'order_status', r.order_status,
          'customer_unread', r.customer_unread, 'farmer_unread', r.farmer_unread) as card,
        (select json_build_object(
          'customer_unread', count(*) filter (where seq > m.customer_seq and sender_id <> m.customer_id),
          'farmer_unread', count(*) filter (where seq > m.farmer_seq and sender_id <> m.farmer_id))
        from messages.messages where room_id = r.room_id and deleted_at is null) as recount
      from rooms.rooms r left join messages.rooms m using (room_id)`,
  ])
  const messagesOf = Map.groupBy(messages, ({ room_id }) => room_id)
  const revsOf = Map.groupBy([...messages, ...superseded], ({ room_id }) => room_id)
  return rooms.map((room) => ({
    ...room,
    revs: (revsOf.get(room.room_id) ?? []).map(({ rev }) => rev).sort((a, b) => a - b),
    messages: messagesOf.get(room.room_id) ?? [],
  }))
}

const GROUPS = { rooms: 'messages-api', messages: 'rooms-api' } as const
const STREAMS = [...Object.keys(GROUPS), 'inbox', 'signals']

/** What is still to be done: events not yet told, work not yet read or not yet acknowledged, work given up on. */
export async function leftOver({ sql, redis }: Pick<World, 'sql' | 'redis'>): Promise<Evidence['leftOver']> {
  const [waiting] = await sql<{ count: number }[]>`
    select (select count(*) from messages.outbox)::int + (select count(*) from rooms.outbox)::int as count`
  let [pending, unread, deadLetters] = [0, 0, 0]
  for (const [stream, group] of Object.entries(GROUPS)) {
    for (const key of streamKeys(stream)) {
      // A key that nobody has written to since a flush has no group yet, and owes nothing.
      const groups = (await redis.xinfo('GROUPS', key).catch(() => [])) as unknown[][]
      const found = groups.find((it) => it.includes(group)) ?? []
      pending += numberAfter('pending', found)
      unread += numberAfter('lag', found)
    }
  }
  for (const key of STREAMS.flatMap(streamKeys)) deadLetters += await redis.xlen(`${key}:dead`)
  return { outbox: waiting?.count ?? 0, pending, unread, deadLetters }
}

/** XINFO answers flat lists of names and values. */
const numberAfter = (name: string, flat: unknown[]) => {
  const at = flat.indexOf(name)
  return at < 0 ? 0 : Number(flat[at + 1] ?? 0)
}

/** Memory and open files of a process, from /proc. */
export async function resourcesOf(pid: number): Promise<Resources> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const files = await readdir(`/proc/${pid}/fd`)
  return { rssMb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1_024, files: files.length }
}

/** What the load writes, and how every token begins. */
const CANARIES = { 'what was written': ' is what I ', 'a token': 'eyJhbGciOi' }

/** Wherever an operator may look. */
export async function leaks({ stack, history }: World): Promise<string[]> {
  const names = ['rooms-api', 'messages-api', 'ws-gateway', 'web'] as const
  const metricsOf = async (name: (typeof names)[number]) => (await fetch(`${stack.urls[name]}/metrics`)).text()
  const places: [string, string][] = [
    ['a refusal', [...history.refusals].join()],
    ...(await Promise.all(
      names.map(async (name): Promise<[string, string]> => [`the log of ${name}`, await stack.log(name)]),
    )),
    ...(await Promise.all(
      names.map(async (name): Promise<[string, string]> => [`the metrics of ${name}`, await metricsOf(name)]),
    )),
  ]
  return places.flatMap(([place, text]) =>
    Object.entries(CANARIES).flatMap(([what, canary]) => (text.includes(canary) ? [`${place} shows ${what}`] : [])),
  )
}
