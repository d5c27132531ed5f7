import { messagePage } from '@farmgate/contracts/messages.ts'
import { serviceToken } from '@farmgate/testing/tokens.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  anOpenRoom,
  ask,
  CUSTOMER,
  FARMER,
  type Instance,
  ORDER_BODY,
  openRig,
  placeOrder,
  type Rig,
} from '../rig.fixture.ts'
import { applyRoomEvents } from '../room-story.ts'

let rig: Rig
let api: Instance
let other: Instance
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  ;[api, other] = rig.instances as [Instance, Instance]
})
afterAll(() => rig.close())

const list = async (room_id: string, query = '', at = api) =>
  messagePage.parse((await ask(at, CUSTOMER, 'GET', `/chat/messages/?room_id=${room_id}${query}`)).body)
const seqs = (page: { results: { seq: number }[] }) => page.results.map((message) => message.seq)

async function talk(room_id: string, messages: number): Promise<string[]> {
  const ids: string[] = []
  for (let i = 1; i <= messages; i++) {
    const { body } = await ask(api, i % 2 ? CUSTOMER : FARMER, 'POST', '/chat/messages/', { room_id, body: `${i}` })
    ids.push((body as { message_id: string }).message_id)
  }
  return ids
}

describe('works', () => {
  let room_id: string
  let ids: string[]
  beforeAll(async () => {
    room_id = anOpenRoom(rig.rooms)
    ids = await talk(room_id, 10)
  })

  it('gives the newest page, ascending, where no bound is named', async () => {
    const page = await list(room_id, '&limit=3')
    expect([seqs(page), page.has_more, page.last_seq, page.rev]).toEqual([[8, 9, 10], true, 10, 10])
  })

  it('walks back by before_seq and forth by after_seq, to the end', async () => {
    expect(seqs(await list(room_id, '&limit=3&before_seq=8'))).toEqual([5, 6, 7])
    expect(await list(room_id, '&limit=3&before_seq=3')).toMatchObject({ has_more: false })
    expect(seqs(await list(room_id, '&limit=3&after_seq=7'))).toEqual([8, 9, 10])
    expect(await list(room_id, '&limit=3&after_seq=7')).toMatchObject({ has_more: false })
    expect(await list(room_id, '&limit=3&after_seq=6')).toMatchObject({ has_more: true })
  })

  it('gives by after_rev each message created or changed since, once, ascending by rev', async () => {
    await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${ids[0]}/`, { body: 'one' })
    await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${ids[2]}/`, { body: 'three' })
    await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${ids[0]}/`, { body: 'uno' })
    const page = await list(room_id, '&after_rev=8')
    expect(page.results.map(({ seq, rev }) => [seq, rev])).toEqual([
      [9, 9],
      [10, 10],
      [3, 12],
      [1, 13],
    ])
    expect(page.rev).toBe(13)
    expect(await list(room_id, '&after_rev=8&limit=2')).toMatchObject({ has_more: true })
    expect((await list(room_id, '&after_rev=13')).results).toEqual([])
  })

  it('shows a write to its writer through another instance at once', async () => {
    const sent = await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: 'here' })
    expect((await list(room_id, '&limit=1', other)).results).toEqual([sent.body])
  })

  it('is empty, with has_more false, where nothing was said', async () => {
    expect(await list(anOpenRoom(rig.rooms))).toEqual({
      results: [],
      has_more: false,
      last_seq: 0,
      rev: 0,
      read: { customer_seq: 0, farmer_seq: 0 },
    })
  })

  it('takes positions beyond any that there can be', async () => {
    expect((await list(room_id, `&after_seq=${Number.MAX_SAFE_INTEGER}`)).results).toEqual([])
    expect((await list(room_id, `&before_seq=${Number.MAX_SAFE_INTEGER}&limit=1`)).results).toHaveLength(1)
  })
})

describe('a room just opened', () => {
  it('shows its first message to the next read, though no event has arrived', async () => {
    const page = await list(anOpenRoom(rig.rooms, { ordered: true }))
    expect(page.results).toMatchObject([{ seq: 1, kind: 'order_placed', sender_id: CUSTOMER, body: ORDER_BODY }])
  })

  it('has it once when 20 read at once over two instances', async () => {
    const room_id = anOpenRoom(rig.rooms, { ordered: true })
    const pages = await Promise.all(Array.from({ length: 20 }, (_, i) => list(room_id, '', i % 2 ? api : other)))
    for (const page of pages) expect(seqs(page)).toEqual([1])
  })

  it('has its order once, whether it is told by the stream, by hand or on asking', async () => {
    const room_id = anOpenRoom(rig.rooms)
    await list(room_id)
    placeOrder(rig.rooms, room_id)
    const story = rig.rooms.stories.get(room_id) ?? []
    await Promise.all([api, other, api].map((instance) => applyRoomEvents(instance, story.slice(1))))
    expect(seqs(await list(room_id))).toEqual([1])
  })
})

describe('refuses', () => {
  it.each([
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1e9',
    'limit=x',
    'before_seq=-1',
    'after_rev=1.5',
    'before_seq=5&after_seq=2',
  ])('%s: 400', async (query) => {
    const answer = await ask(api, CUSTOMER, 'GET', `/chat/messages/?room_id=${anOpenRoom(rig.rooms)}&${query}`)
    expect([answer.status, answer.body]).toMatchObject([400, { code: 'invalid_query' }])
  })

  it('no room, or one that is no UUID: 400', async () => {
    expect((await ask(api, CUSTOMER, 'GET', '/chat/messages/')).status).toBe(400)
    expect((await ask(api, CUSTOMER, 'GET', '/chat/messages/?room_id=1')).status).toBe(400)
  })
})

describe('who may', () => {
  it('a stranger, in a room that is there or not: the same 404', async () => {
    const there = await ask(api, 'mallory', 'GET', `/chat/messages/?room_id=${anOpenRoom(rig.rooms)}`)
    const nowhere = await ask(api, 'mallory', 'GET', `/chat/messages/?room_id=${uuid()}`)
    expect([there.status, there.body]).toMatchObject([404, { code: 'unknown_room' }])
    expect(there.body).toEqual(nowhere.body)
  })

  it("no token: 401; the marketplace's backend: 403", async () => {
    const path = `/chat/messages/?room_id=${anOpenRoom(rig.rooms)}`
    expect((await ask(api, null, 'GET', path)).status).toBe(401)
    expect((await ask(api, serviceToken(), 'GET', path)).status).toBe(403)
  })
})
