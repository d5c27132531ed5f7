import { randomUUID } from 'node:crypto'
import {
  type CommandResult,
  changeBatch,
  joinBody,
  missedBody,
  positionsBody,
  readBatch,
  replayBody,
  sendBatch,
} from '@farmgate/contracts/internal-messages.ts'
import { inboxBody, inboxChangesBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { type Entry, publish } from '@farmgate/streams/publish.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { TEST_INTERNAL_TOKEN } from '@farmgate/testing/tokens.ts'
import Fastify from 'fastify'

type Change = { rev: number; message: Message; frame: string }

export type FakeRoom = {
  id: string
  customer: string
  farmer: string
  messages: Message[]
  changes: Change[]
  read: Map<string, { seq: number; at: string }>
}

export type Backend = Awaited<ReturnType<typeof startBackend>>

const noLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * What a gateway sees of messages-api and rooms-api: their internal doors over one port, the histories in memory, the
 * events on a real Redis.
 */
export async function startBackend(redisUrl: string) {
  const app = Fastify({ forceCloseConnections: true })
  const redis = openRedis(redisUrl, { log: noLog, name: 'backend' })
  const rooms = new Map<string, FakeRoom>()
  const asked: { path: string; body: unknown; requestId: string }[] = []
  const cards: { user_id: string; frame: string }[] = []
  const state = { away: false, silent: false, loseAnswers: 0 }
  /** Runs before a path is answered: for what happens in between. */
  const before = new Map<string, () => Promise<void>>()

  app.addHook('onRequest', async (request, reply) => {
    if (request.url !== '/healthz' && request.headers.authorization !== `Bearer ${TEST_INTERNAL_TOKEN}`) {
      return reply.code(401).send()
    }
    if (state.away) return reply.code(503).send()
  })
  app.addHook('preHandler', async (request) => {
    asked.push({ path: request.url, body: request.body, requestId: request.id })
    await before.get(request.url)?.()
  })
  app.addHook('onSend', async (request, reply) => {
    if (state.loseAnswers === 0 || request.url === '/healthz') return
    state.loseAnswers--
    reply.raw.destroy()
  })

  const say = async (entries: Entry[]) => {
    if (!state.silent) await publish(redis, entries).catch(() => undefined)
  }
  const entryOf = (room: FakeRoom, type: string, { rev, frame }: Change): Entry => ({
    stream: 'messages',
    subject: room.id,
    fields: { type, room_id: room.id, rev: String(rev), frame, card: '' },
  })

  const record = (room: FakeRoom, type: string, message: Message): Change => {
    const change = { rev: message.rev, message, frame: JSON.stringify({ type, message }) }
    room.changes.push(change)
    return change
  }
  const append = (room: FakeRoom, sender: string, body: string, clientId: string | null): Change => {
    const seq = room.messages.length + 1
    const message: Message = {
      message_id: randomUUID(),
      room_id: room.id,
      seq,
      rev: room.changes.length + 1,
      kind: 'text',
      sender_id: sender,
      body,
      images: [],
      client_message_id: clientId,
      is_read: false,
      order_status: null,
      created_at: new Date().toISOString(),
      edited_at: null,
      deleted_at: null,
    }
    room.messages.push(message)
    return record(room, 'message.created', message)
  }
  const post = async (room: FakeRoom, sender: string, body: string): Promise<Change> => {
    const change = append(room, sender, body, null)
    await say([entryOf(room, 'message.created', change)])
    return change
  }
  const changed = ({ rev, frame }: Change): CommandResult => ({ outcome: 'changed', rev, frame })
  const roomOf = (id: string) => {
    const room = rooms.get(id)
    if (!room) throw new Error(`no room ${id}`)
    return room
  }

  app.get('/healthz', () => ({ status: 'ok' }))
  app.post('/internal/messages/join/', async (request, reply) => {
    const { room_id, user_id } = joinBody.parse(request.body)
    const room = rooms.get(room_id)
    if (!room || (room.customer !== user_id && room.farmer !== user_id)) {
      return reply.code(404).send({ type: 'x', title: 'x', status: 404, code: 'unknown_room' })
    }
    return {
      room_id,
      customer_id: room.customer,
      farmer_id: room.farmer,
      last_seq: room.messages.length,
      rev: room.changes.length,
      read: markers(room),
      order_status: null,
    }
  })
  app.post('/internal/messages/send/', async (request) => {
    const { sends } = sendBatch.parse(request.body)
    const entries: Entry[] = []
    const results = sends.map(({ room_id, sender_id, client_message_id, body }): CommandResult => {
      if (body === 'refuse me') return { outcome: 'refused', code: 'unknown_image', detail: 'no such image' }
      const room = roomOf(room_id)
      const done = room.changes.find(
        ({ message }) => message.client_message_id === client_message_id && message.sender_id === sender_id,
      )
      if (done) return { outcome: 'unchanged', rev: done.rev, frame: done.frame }
      const change = append(room, sender_id, body, client_message_id)
      entries.push(entryOf(room, 'message.created', change))
      return changed(change)
    })
    await say(entries)
    return { results }
  })
  app.post('/internal/messages/change/', async (request) => {
    const { changes } = changeBatch.parse(request.body)
    const results: CommandResult[] = []
    for (const change of changes) {
      const room = roomOf(change.room_id)
      const old = room.messages.find(({ message_id }) => message_id === change.message_id)
      if (!old) {
        results.push({ outcome: 'refused', code: 'unknown_message' })
        continue
      }
      const now = new Date().toISOString()
      const done = change.op === 'edit' ? { body: change.body, edited_at: now } : { body: '', deleted_at: now }
      const message = { ...old, ...done, rev: room.changes.length + 1 }
      room.messages[old.seq - 1] = message
      const type = change.op === 'edit' ? 'message.updated' : 'message.deleted'
      const recorded = record(room, type, message)
      await say([entryOf(room, type, recorded)])
      results.push(changed(recorded))
    }
    return { results }
  })
  app.post('/internal/messages/read/', async (request) => {
    const { reads } = readBatch.parse(request.body)
    const results = reads.map(({ room_id, user_id, seq }) => {
      const room = roomOf(room_id)
      const to = Math.min(seq, room.messages.length)
      if (to <= (room.read.get(user_id)?.seq ?? 0)) return { outcome: 'read', seq: to, frame: '' }
      const at = new Date().toISOString()
      room.read.set(user_id, { seq: to, at })
      return { outcome: 'read', seq: to, frame: JSON.stringify({ type: 'read', user_id, seq: to, read_at: at }) }
    })
    const entries = reads.map(({ room_id, user_id }, at): Entry => {
      const { seq = 0, frame = '' } = results[at] ?? {}
      const fields = { type: 'read.moved', room_id, user_id, seq: String(seq), frame, card: '' }
      return { stream: 'messages', subject: room_id, fields }
    })
    await say(entries.filter(({ fields }) => fields.frame !== ''))
    return { results }
  })
  app.post('/internal/messages/positions/', async (request) => {
    const known = positionsBody.parse(request.body).room_ids.flatMap((id) => rooms.get(id) ?? [])
    const positions = known.map((room) => ({
      room_id: room.id,
      rev: room.changes.length,
      read: markers(room),
      read_at: { customer: room.read.get(room.customer)?.at ?? null, farmer: room.read.get(room.farmer)?.at ?? null },
    }))
    return { positions }
  })
  app.post('/internal/messages/replay/', async (request) => {
    const { room_id, after_rev, limit } = replayBody.parse(request.body)
    const { changes } = roomOf(room_id)
    const page = changes.slice(after_rev, after_rev + limit)
    return { changes: page.map(({ rev, frame }) => ({ rev, frame })), rev: changes.length }
  })
  app.post('/internal/messages/missed/', async (request) => {
    const { room_id, after_rev, limit } = missedBody.parse(request.body)
    const room = roomOf(room_id)
    const missed = room.messages.filter(({ rev }) => rev > after_rev).sort((a, b) => a.rev - b.rev)
    const page = missed.slice(0, limit)
    const changes = page.map((message) => {
      const type = message.deleted_at ? 'message.deleted' : message.edited_at ? 'message.updated' : 'message.created'
      return { rev: message.rev, frame: JSON.stringify({ type, message }) }
    })
    return { changes, rev: room.changes.length, has_more: missed.length > limit }
  })
  app.post('/internal/rooms/inbox/', async (request) => ({
    total_unread: inboxBody.parse(request.body).user_id.length,
  }))
  app.post('/internal/rooms/inbox-changes/', async (request) => {
    const { user_ids } = inboxChangesBody.parse(request.body)
    return { changes: cards.filter(({ user_id }) => user_ids.includes(user_id)) }
  })

  const url = await app.listen({ host: '127.0.0.1', port: 0 })
  return {
    url,
    state,
    asked,
    before,
    redis,
    /** Asked so far of a door such as `send`. */
    askedOf: (door: string) => asked.filter(({ path }) => path.endsWith(`/${door}/`)),
    openRoom(messages = 0): FakeRoom {
      const room = { id: randomUUID(), customer: 'c-1', farmer: 'f-1', messages: [], changes: [], read: new Map() }
      rooms.set(room.id, room)
      for (let i = 1; i <= messages; i++) append(room, 'c-1', `message ${i}`, null)
      return room
    },
    /** A message that somebody sent elsewhere. */
    post,
    /** What messages-api would say of a change, said again or out of order. */
    publishAgain: (room: FakeRoom, rev: number) => {
      const change = room.changes[rev - 1]
      return change ? publish(redis, [entryOf(room, 'message.created', change)]) : Promise.resolve()
    },
    /** A change that nobody has told of yet. */
    keepQuiet: (room: FakeRoom, sender: string, body: string) => append(room, sender, body, null),
    async showCard(userId: string, frame: string) {
      cards.push({ user_id: userId, frame })
      await say([{ stream: 'inbox', subject: userId, fields: { type: 'room.updated', user_id: userId, frame } }])
    },
    async close() {
      await app.close()
      await redis.close()
    },
  }
}

const markers = (room: FakeRoom) => ({
  customer_seq: room.read.get(room.customer)?.seq ?? 0,
  farmer_seq: room.read.get(room.farmer)?.seq ?? 0,
})
