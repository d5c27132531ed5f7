import {
  changeBatchAnswer,
  joinAnswer,
  missedAnswer,
  positionsAnswer,
  readBatchAnswer,
  replayAnswer,
  sendBatchAnswer,
} from '@farmgate/contracts/internal-messages.ts'
import { type RoomServerFrames, roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  anOpenRoom,
  askInternal,
  CUSTOMER,
  changeStatus,
  FARMER,
  type Instance,
  openRig,
  type Rig,
} from '../../rig.fixture.ts'

// What messages-api answers to a gateway: each operation of this folder but the two for rooms-api.

let rig: Rig
let api: Instance
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())

const asked = async (path: string, body: unknown) => (await askInternal(api, `/internal/messages/${path}/`, body)).body

const send = async (sends: unknown[]) => sendBatchAnswer.parse(await asked('send', { sends })).results
const aSend = (room_id: string, fields = {}) => ({
  room_id,
  sender_id: CUSTOMER,
  client_message_id: uuid(),
  body: 'Friday?',
  image_ids: [],
  ...fields,
})

type AnyFrame = RoomServerFrames[keyof RoomServerFrames]
const parsed = (lines: string): AnyFrame[] =>
  lines.split('\n').map((line) => {
    const frame = JSON.parse(line) as { type: keyof typeof roomServerFrames }
    return roomServerFrames[frame.type].parse(frame)
  })

async function talk(room_id: string, count: number) {
  const sent = await send(Array.from({ length: count }, (_, i) => aSend(room_id, { body: `${i + 1}` })))
  return sent.flatMap((it) => (it.outcome === 'changed' ? parsed(it.frame) : []))
}

function idOf(frame: AnyFrame | undefined): string {
  if (frame?.type !== 'message.created') throw new Error('no message')
  return frame.message.message_id
}

describe('send', () => {
  it('answers each send in its place: stored, said before, refused', async () => {
    const [room, other] = [anOpenRoom(rig.rooms), anOpenRoom(rig.rooms)]
    const first = aSend(room)
    const results = await send([
      first,
      aSend(other),
      first,
      aSend(uuid()),
      aSend(room, { sender_id: 'mallory' }),
      aSend(room),
    ])
    expect(results).toMatchObject([
      { outcome: 'changed', rev: 1 },
      { outcome: 'changed', rev: 1 },
      { outcome: 'unchanged', rev: 1 },
      { outcome: 'refused', code: 'unknown_room' },
      { outcome: 'refused', code: 'unknown_room' },
      { outcome: 'changed', rev: 2 },
    ])
    expect(await send([first])).toMatchObject([{ outcome: 'unchanged', rev: 1 }])
  })

  it('keeps the order of a batch: seq follows it in every room', async () => {
    const rooms = [anOpenRoom(rig.rooms), anOpenRoom(rig.rooms), anOpenRoom(rig.rooms)]
    await send(Array.from({ length: 90 }, (_, i) => aSend(rooms[i % 3] ?? '', { body: `${i}` })))
    for (const [at, room_id] of rooms.entries()) {
      const rows = await rig.admin`select body from messages.messages where room_id = ${room_id} order by seq`
      expect(rows.map((row) => Number(row.body))).toEqual(Array.from({ length: 30 }, (_, i) => 3 * i + at))
    }
  })

  it('numbers 10,000 messages of 20 rooms from 8 senders at once without a gap or a double', async () => {
    const rooms = Array.from({ length: 20 }, () => anOpenRoom(rig.rooms))
    const lanes = Array.from({ length: 8 }, async () => {
      for (let batch = 0; batch < 10; batch++) {
        await send(
          Array.from({ length: 125 }, (_, i) => aSend(rooms[i % 20] ?? '', { sender_id: i % 2 ? CUSTOMER : FARMER })),
        )
      }
    })
    await Promise.all(lanes)
    const [row] = await rig.admin`
      select count(*)::int as messages, count(distinct (room_id, seq))::int as seqs, count(distinct (room_id, rev))::int as revs,
        sum(last)::int as last
      from messages.messages
      join (select room_id, max(seq) as last from messages.messages group by room_id) l using (room_id)
      where room_id = any(${rooms}::uuid[])`
    expect(row).toMatchObject({ messages: 10_000, seqs: 10_000, revs: 10_000 })
    const ends = await rig.admin`select last_seq, rev from messages.rooms where room_id = any(${rooms}::uuid[])`
    expect(ends.reduce((sum, room) => sum + room.last_seq, 0)).toBe(10_000)
    expect(ends.every((room) => room.last_seq === room.rev)).toBe(true)
  })

  it('goes on where a batch of known rooms says something again: the rest is stored, the repeat answered', async () => {
    const [room, other] = [anOpenRoom(rig.rooms), anOpenRoom(rig.rooms)]
    const first = aSend(room)
    await send([first, aSend(other)])
    expect(await send([aSend(room), first, aSend(other), aSend(room)])).toMatchObject([
      { outcome: 'changed', rev: 2 },
      { outcome: 'unchanged', rev: 1 },
      { outcome: 'changed', rev: 2 },
      { outcome: 'changed', rev: 3 },
    ])
  })

  it('does not hold the stranger’s send of a batch against its room', async () => {
    const room = anOpenRoom(rig.rooms)
    await send([aSend(room)])
    expect(await send([aSend(room), aSend(room, { sender_id: 'mallory' }), aSend(room)])).toMatchObject([
      { outcome: 'changed', rev: 2 },
      { outcome: 'refused', code: 'unknown_room' },
      { outcome: 'changed', rev: 3 },
    ])
  })

  it('batches of the same rooms, each in an order of its own, never wait for each other in a circle', async () => {
    const rooms = Array.from({ length: 12 }, () => anOpenRoom(rig.rooms))
    await send(rooms.map((room) => aSend(room)))
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, lane) => {
        const all = []
        for (let batch = 0; batch < 25; batch++) {
          const some = rooms.filter((_room, i) => (i * 7 + batch * 5 + lane) % 3 > 0)
          if (lane % 2) some.reverse()
          all.push(...(await send(some.map((room) => aSend(room)))))
        }
        return all
      }),
    )
    expect(answers.flat().filter(({ outcome }) => outcome !== 'changed')).toEqual([])
  })

  it('a room that is in our memory and no longer in the table is asked of rooms-api again', async () => {
    const room = anOpenRoom(rig.rooms)
    await send([aSend(room), aSend(room)])
    await rig.admin`delete from messages.messages where room_id = ${room}`
    await rig.admin`delete from messages.rooms where room_id = ${room}`
    expect(await send([aSend(room)])).toMatchObject([{ outcome: 'changed', rev: 1 }])
  })

  it('is not for users: 401 without the internal token', async () => {
    const answer = await fetch(`${api.url}/internal/messages/send/`, { method: 'POST', body: '{}' })
    expect(answer.status).toBe(401)
  })
})

describe('change', () => {
  it('edits and deletes in order, and refuses one without holding up the next', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const [first, second] = await talk(room_id, 2)
    const command = { room_id, sender_id: CUSTOMER }
    const answer = await asked('change', {
      changes: [
        { op: 'edit', ...command, message_id: idOf(first), body: 'one' },
        { op: 'edit', ...command, message_id: uuid(), body: 'x' },
        { op: 'edit', ...command, message_id: idOf(first), body: 'uno' },
        { op: 'delete', ...command, message_id: idOf(second) },
        { op: 'delete', ...command, message_id: idOf(second) },
      ],
    })
    const { results } = changeBatchAnswer.parse(answer)
    expect(results).toMatchObject([
      { outcome: 'changed', rev: 3 },
      { outcome: 'refused', code: 'unknown_message' },
      { outcome: 'changed', rev: 4 },
      { outcome: 'changed', rev: 5 },
      { outcome: 'unchanged', rev: 5 },
    ])
  })

  it("takes no message of another room, though it is the sender's", async () => {
    const [first] = await talk(anOpenRoom(rig.rooms), 1)
    const change = { op: 'delete', room_id: anOpenRoom(rig.rooms), sender_id: CUSTOMER, message_id: idOf(first) }
    expect(await asked('change', { changes: [change] })).toMatchObject({
      results: [{ outcome: 'refused', code: 'unknown_message' }],
    })
  })
})

describe('read', () => {
  it('moves the markers of both parties at once, and says so once', async () => {
    const room_id = anOpenRoom(rig.rooms)
    await talk(room_id, 3)
    const reads = [
      { room_id, user_id: FARMER, seq: 3 },
      { room_id, user_id: CUSTOMER, seq: 3 },
      { room_id, user_id: 'mallory', seq: 3 },
    ]
    const { results } = readBatchAnswer.parse(await asked('read', { reads }))
    expect(results).toMatchObject([{ seq: 3 }, { seq: 3 }, { outcome: 'refused', code: 'unknown_room' }])
    expect(results.flatMap((it) => (it.outcome === 'read' ? parsed(it.frame) : []))).toMatchObject([
      { type: 'read', user_id: FARMER, seq: 3 },
      { type: 'read', user_id: CUSTOMER, seq: 3 },
    ])
    expect(readBatchAnswer.parse(await asked('read', { reads: [reads[0]] })).results).toEqual([
      { outcome: 'read', seq: 3, frame: '' },
    ])
  })
})

describe('join', () => {
  it('says where the room stands, to its parties only', async () => {
    const room_id = anOpenRoom(rig.rooms, { ordered: true })
    expect(joinAnswer.parse(await asked('join', { room_id, user_id: FARMER }))).toEqual({
      room_id,
      customer_id: CUSTOMER,
      farmer_id: FARMER,
      last_seq: 1,
      rev: 1,
      read: { customer_seq: 0, farmer_seq: 0 },
      order_status: 'new',
    })
    expect(await asked('join', { room_id, user_id: 'mallory' })).toMatchObject({ code: 'unknown_room' })
    expect(await asked('join', { room_id: uuid(), user_id: FARMER })).toMatchObject({ code: 'unknown_room' })
  })
})

describe('positions', () => {
  it('says the rev and the markers of the rooms that it knows', async () => {
    const room_id = anOpenRoom(rig.rooms)
    await talk(room_id, 2)
    await asked('read', { reads: [{ room_id, user_id: FARMER, seq: 2 }] })
    const { positions } = positionsAnswer.parse(await asked('positions', { room_ids: [room_id, uuid()] }))
    expect(positions).toMatchObject([{ room_id, rev: 2, read: { farmer_seq: 2 }, read_at: { customer: null } }])
  })
})

describe('replay and missed', () => {
  it('replay tells every rev one by one, missed each message once as it is now', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const [first, second, third] = await talk(room_id, 3)
    const change = { room_id, sender_id: CUSTOMER }
    await asked('change', {
      changes: [
        { op: 'edit', ...change, message_id: idOf(first), body: 'uno' },
        { op: 'edit', ...change, message_id: idOf(third), body: 'tres' },
        { op: 'delete', ...change, message_id: idOf(second) },
        { op: 'delete', ...change, message_id: idOf(third) },
      ],
    })
    const replayed = replayAnswer.parse(await asked('replay', { room_id, after_rev: 1 }))
    expect(replayed.rev).toBe(7)
    expect(replayed.changes.map((it) => [it.rev, ...parsed(it.frame).map(brief)])).toEqual([
      [2, 'message.created 2 rev 2'],
      [3, 'message.created 3 rev 3'],
      [4, 'message.updated 1 rev 4'],
      [5, 'message.updated 3 rev 5'],
      [6, 'message.deleted 2 rev 6'],
      [7, 'message.deleted 3 rev 7'],
    ])
    const missed = missedAnswer.parse(await asked('missed', { room_id, after_rev: 2 }))
    expect(missed.changes.flatMap((it) => parsed(it.frame).map(brief))).toEqual([
      'message.updated 1 rev 4',
      'message.deleted 2 rev 6',
      'message.created 3 rev 7',
    ])
    const page = missedAnswer.parse(await asked('missed', { room_id, after_rev: 2, limit: 2 }))
    expect([page.changes.length, page.has_more]).toEqual([2, true])
  })

  it('missed calls created, on every page, what was made since the first one began', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const [first, second, third] = await talk(room_id, 3)
    const change = { room_id, sender_id: CUSTOMER }
    await asked('change', {
      changes: [
        { op: 'edit', ...change, message_id: idOf(second), body: 'dos' },
        { op: 'edit', ...change, message_id: idOf(first), body: 'uno' },
        { op: 'delete', ...change, message_id: idOf(third) },
      ],
    })
    const pages: string[][] = []
    for (let after_rev = 1, more = true; more; ) {
      const page = missedAnswer.parse(await asked('missed', { room_id, after_rev, since_rev: 1, limit: 2 }))
      pages.push(page.changes.flatMap((it) => parsed(it.frame).map(brief)))
      after_rev = page.changes.at(-1)?.rev ?? after_rev
      more = page.has_more
    }
    expect(pages).toEqual([['message.created 2 rev 4', 'message.updated 1 rev 5'], ['message.created 3 rev 6']])
  })

  it('tells beside the message what it means for the order', async () => {
    const room_id = anOpenRoom(rig.rooms, { ordered: true })
    changeStatus(rig.rooms, room_id, 'new', 'active')
    await asked('join', { room_id, user_id: FARMER })
    const { changes } = replayAnswer.parse(await asked('replay', { room_id, after_rev: 0 }))
    expect(changes.map((it) => parsed(it.frame).map((frame) => frame.type))).toEqual([
      ['message.created', 'order.status'],
      ['message.created', 'order.status'],
    ])
    expect(parsed(changes[1]?.frame ?? '')[1]).toMatchObject({
      order_status: 'active',
      previous: 'new',
      changed_by: FARMER,
    })
  })
})

const brief = (frame: AnyFrame): string =>
  'message' in frame ? `${frame.type} ${frame.message.seq} rev ${frame.message.rev}` : frame.type
