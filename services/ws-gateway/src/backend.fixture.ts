import { randomUUID } from 'node:crypto'
import {
  type CommandResult,
  changeBatch,
  changeBatchAnswer,
  joinAnswer,
  joinBody,
  missedAnswer,
  missedBody,
  positionsAnswer,
  positionsBody,
  type ReadResult,
  readBatch,
  readBatchAnswer,
  replayAnswer,
  replayBody,
  SENDS_LINE,
  type SendsQuestion,
  sendsQuestion,
  writeSendsAnswer,
  writeSendsProblem,
} from '@farmgate/contracts/internal-messages.ts'
import { inboxAnswer, inboxBody, inboxChangesAnswer, inboxChangesBody } from '@farmgate/contracts/internal-rooms.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { answerLine } from '@farmgate/service-kit/line-server.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { type Entry, publish } from '@farmgate/streams/publish.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { TEST_INTERNAL_TOKEN } from '@farmgate/testing/tokens.ts'
import Fastify from 'fastify'
import type { z } from 'zod'

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

/** A lane's largest batch fits. */
const BATCH_BYTES = 16 * 1024 * 1024

const noLog = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

/**
 * What a gateway sees of messages-api and rooms-api: their internal doors over one port, the histories in memory, the
 * events on a real Redis.
 */
export async function startBackend(redisUrl: string) {
  const app = Fastify({ forceCloseConnections: true, bodyLimit: BATCH_BYTES })
  const redis = openRedis(redisUrl, { log: noLog, name: 'backend' })
  const rooms = new Map<string, FakeRoom>()
  const asked: { path: string; body: unknown; requestId: string }[] = []
  const cards = new Map<string, { user_id: string; room_id: string; frame: string; at: string }>()
  const state = { away: false, silent: false, loseAnswers: 0 }
  /** Runs before a path is answered: for what happens in between. */
  const before = new Map<string, () => Promise<void>>()

  const isInternal = (authorization: string | undefined) => authorization === `Bearer ${TEST_INTERNAL_TOKEN}`

  app.addHook('onRequest', async (request, reply) => {
    if (request.url !== '/healthz' && !isInternal(request.headers.authorization)) {
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

  app.setErrorHandler((error, _request, reply) => {
    const code = error instanceof Refusal ? error.code : 'internal'
    return reply.code(error instanceof Refusal ? 404 : 500).send({ code })
  })
  /** An operation as the contract has it: what it answers is held to it too. */
  const operation = <Body, Answer>(
    path: string,
    body: z.ZodType<Body>,
    answer: z.ZodType<unknown, Answer>,
    handle: (asked: Body) => Answer | Promise<Answer>,
  ) => app.post(`/internal/${path}/`, async (request) => answer.parse(await handle(body.parse(request.body))))

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
  const sayCard = (user_id: string, room_id: string, frame: string) =>
    say([{ stream: 'inbox', subject: user_id, fields: { type: 'room.updated', user_id, room_id, frame } }])
  const changed = ({ rev, frame }: Change): CommandResult => ({ outcome: 'changed', rev, frame })
  const roomOf = (id: string) => {
    const room = rooms.get(id)
    if (!room) throw new Error(`no room ${id}`)
    return room
  }

  app.get('/healthz', () => ({ status: 'ok' }))
  operation('messages/join', joinBody, joinAnswer, ({ room_id, user_id }) => {
    const room = rooms.get(room_id)
    if (!room || (room.customer !== user_id && room.farmer !== user_id)) throw new Refusal('unknown_room')
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
  const appendAll = async ({ sends }: SendsQuestion): Promise<CommandResult[]> => {
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
    return results
  }
  answerLine(app, {
    path: SENDS_LINE,
    isInternal,
    maxBytes: BATCH_BYTES,
    async answer(text, line) {
      const question = sendsQuestion.parse(JSON.parse(text))
      if (state.away) return writeSendsProblem('unavailable')
      asked.push({ path: SENDS_LINE, body: question, requestId: question.request_id })
      await before.get(SENDS_LINE)?.()
      const answer = writeSendsAnswer(await appendAll(question))
      if (state.loseAnswers > 0) {
        state.loseAnswers--
        line.drop()
      }
      return answer
    },
  })
  operation('messages/change', changeBatch, changeBatchAnswer, async ({ changes }) => {
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
  operation('messages/read', readBatch, readBatchAnswer, async ({ reads }) => {
    const entries: Entry[] = []
    const results = reads.map(({ room_id, user_id, seq: asked }): ReadResult => {
      const room = roomOf(room_id)
      const seq = Math.min(asked, room.messages.length)
      if (seq <= (room.read.get(user_id)?.seq ?? 0)) return { outcome: 'read', seq, frame: '' }
      const at = new Date().toISOString()
      room.read.set(user_id, { seq, at })
      const frame = JSON.stringify({ type: 'read', user_id, seq, read_at: at })
      const fields = { type: 'read.moved', room_id, user_id, seq: String(seq), frame, card: '' }
      entries.push({ stream: 'messages', subject: room_id, fields })
      return { outcome: 'read', seq, frame }
    })
    await say(entries)
    return { results }
  })
  operation('messages/positions', positionsBody, positionsAnswer, ({ room_ids }) => {
    const known = room_ids.flatMap((id) => rooms.get(id) ?? [])
    const positions = known.map((room) => ({
      room_id: room.id,
      rev: room.changes.length,
      read: markers(room),
      read_at: { customer: room.read.get(room.customer)?.at ?? null, farmer: room.read.get(room.farmer)?.at ?? null },
    }))
    return { positions }
  })
  operation('messages/replay', replayBody, replayAnswer, ({ room_id, after_rev, limit }) => {
    const { changes } = roomOf(room_id)
    const page = changes.slice(after_rev, after_rev + limit)
    return { changes: page.map(({ rev, frame }) => ({ rev, frame })), rev: changes.length }
  })
  operation('messages/missed', missedBody, missedAnswer, ({ room_id, after_rev, since_rev = after_rev, limit }) => {
    const { messages, changes } = roomOf(room_id)
    const missed = messages.filter(({ rev }) => rev > after_rev).sort((a, b) => a.rev - b.rev)
    const typeOf = ({ message_id, deleted_at }: Message) => {
      const created = changes.find(({ message }) => message.message_id === message_id)
      if (!created || created.rev > since_rev) return 'message.created'
      return deleted_at ? 'message.deleted' : 'message.updated'
    }
    const page = missed.slice(0, limit).map((message) => {
      return { rev: message.rev, frame: JSON.stringify({ type: typeOf(message), message }) }
    })
    return { changes: page, rev: changes.length, has_more: missed.length > limit }
  })
  operation('rooms/inbox', inboxBody, inboxAnswer, ({ user_id }) => ({ total_unread: user_id.length }))
  operation('rooms/inbox-changes', inboxChangesBody, inboxChangesAnswer, ({ user_ids, since, after, limit }) => {
    const placeOf = ({ at, room_id }: { at: string; room_id: string }) => `${at} ${room_id}`
    const changed = [...cards.values()]
      .filter(
        (card) => user_ids.includes(card.user_id) && card.at >= since && (!after || placeOf(card) > placeOf(after)),
      )
      .sort((a, b) => placeOf(a).localeCompare(placeOf(b)))
    const page = changed.slice(0, limit)
    const changes = page.map(({ user_id, room_id, frame }) => ({ user_id, room_id, frame }))
    const last = page.at(-1)
    return { changes, ...(last && changed.length > limit && { next: { at: last.at, room_id: last.room_id } }) }
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
    /** A card as it is now, and its entry. */
    async showCard(userId: string, roomId: string, frame: string) {
      const at = new Date().toISOString()
      cards.set(`${userId} ${roomId}`, { user_id: userId, room_id: roomId, frame, at })
      await sayCard(userId, roomId, frame)
    },
    /** An entry, whatever the card is now. */
    sayCard,
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
