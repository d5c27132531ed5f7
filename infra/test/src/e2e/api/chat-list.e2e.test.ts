import type { Room } from '@farmgate/contracts/rooms.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { expectProblem, type Outsider, openOutsider, settles } from './outsider.ts'

// The public interface, "GET /chat/rooms/": the chat list, and a card's numbers at every step.

let stack: Stack
let outsider: Outsider
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2 } })
  outsider = openOutsider(stack)
  await outsider.offer('bo', 'tomatoes')
})
afterAll(() => stack.close())

/** A farmer of one's own, with rooms opened one after the other, the last one being the newest. */
async function farm(farmer_id: string, customers: number, fields: object = {}) {
  await outsider.offer(farmer_id, `${farmer_id}-peas`)
  const rooms: string[] = []
  for (let i = 0; i < customers; i++) {
    const from = { farmer_id, product_id: `${farmer_id}-peas`, ...fields }
    rooms.push((await outsider.checkOut(`${farmer_id}-c${i}`, from)).body.room_id)
  }
  return rooms
}
const ids = (rooms: Room[]) => rooms.map((room) => room.room_id)
const order = async (user: string, query = '') => ids((await outsider.list(user, query)).body.results)
const becomes = (user: string, room_id: string, fields: Partial<Room>) =>
  settles(async () => expect((await outsider.room(user, room_id)).body).toMatchObject(fields))

/** All pages of a list, page by page. */
async function pages(user: string, query: string): Promise<Room[][]> {
  const found: Room[][] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const { status, body } = await outsider.list(user, `?${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`)
    expect(status).toBe(200)
    found.push(body.results)
    cursor = body.next_cursor
  }
  return found
}

it('a newcomer’s list is empty', async () => {
  expect((await outsider.list('newcomer')).body).toEqual({ results: [], next_cursor: null, total_unread: 0 })
})

it('holds the rooms one is party to, as customer and as farmer, each as GET of it gives it, and no other', async () => {
  await farm('hal', 2)
  const bought = (await outsider.checkOut('hal')).body.room_id
  const { results, total_unread } = (await outsider.list('hal')).body
  expect(results.map((room) => room.customer_id)).toEqual(['hal', 'hal-c1', 'hal-c0'])
  for (const room of results) expect((await outsider.room('hal', room.room_id)).body).toEqual(room)
  expect(total_unread).toBe(2)
  expect(await order('hal-c0')).toEqual([results[2]?.room_id])
  expect((await order('bo')).includes(bought)).toBe(true)
})

it('newest activity first: a message or an order moves a room to the top, reading does not', async () => {
  const [a = '', b = '', c = ''] = await farm('ike', 3)
  expect(await order('ike')).toEqual([c, b, a])
  await outsider.send('ike-c0', a, 'hello')
  await settles(async () => expect(await order('ike')).toEqual([a, c, b]))
  await outsider.send('ike', b, 'hello')
  await settles(async () => expect(await order('ike')).toEqual([b, a, c]))
  await outsider.checkOut('ike-c2', { farmer_id: 'ike', product_id: 'ike-peas' }, 'again')
  expect(await order('ike')).toEqual([c, b, a])
  await outsider.read('ike', a, 2)
  await outsider.read('ike-c1', b, 2)
  await becomes('ike', a, { unread_count: 0 })
  await becomes('ike-c1', b, { unread_count: 0 })
  expect(await order('ike')).toEqual([c, b, a])
  // A checkout that changes nothing is no activity.
  await outsider.checkOut('ike-c0', { farmer_id: 'ike', product_id: 'ike-peas' })
  expect(await order('ike')).toEqual([c, b, a])
})

it('30 by default, limit 1 to 100, pages that leave nothing out and repeat nothing', async () => {
  const rooms = (await farm('jo', 33)).reverse()
  const first = (await outsider.list('jo')).body
  expect(ids(first.results)).toEqual(rooms.slice(0, 30))
  expect(first.next_cursor).toEqual(expect.any(String))
  expect(first.total_unread).toBe(33)
  for (const limit of [1, 10, 11, 32, 33, 34, 100]) {
    const found = await pages('jo', `limit=${limit}`)
    expect(ids(found.flat())).toEqual(rooms)
    for (const page of found.slice(0, -1)) expect(page).toHaveLength(limit)
    expect(found.at(-1)).not.toHaveLength(0)
  }
})

it('400 for a limit out of range, a forged cursor, an unknown status', async () => {
  const forged = ['x', '%00', 'e30', 'bnVsbA', 'x'.repeat(5_000), '..%2f', btoa('[]'), btoa('{"a":1}')]
  for (const query of [
    ...['0', '-1', '101', '1e9', 'x', '1.5'].map((limit) => `limit=${limit}`),
    ...forged.map((cursor) => `cursor=${cursor}`),
    'order_status=lost',
    'order_status=NEW',
    'unread=yes',
  ])
    expectProblem(await outsider.list('jo', `?${query}`), 400)
})

it('a cursor of another’s list shows nothing of that list', async () => {
  const { next_cursor } = (await outsider.list('jo', '?limit=1')).body
  const answer = await outsider.list('jo-c3', `?cursor=${encodeURIComponent(next_cursor ?? '')}`)
  if (answer.status !== 400) for (const room of answer.body.results) expect(room.customer_id).toBe('jo-c3')
})

it('rooms that move while one pages are not shown twice below, and the rest is all there', async () => {
  const [a = '', b = '', c = '', d = ''] = await farm('kai', 4)
  const first = (await outsider.list('kai', '?limit=2')).body
  expect(ids(first.results)).toEqual([d, c])
  await outsider.send('kai-c0', a, 'up')
  await until(async () => (await order('kai', '?limit=1'))[0] === a)
  const rest = (await outsider.list('kai', `?limit=2&cursor=${encodeURIComponent(first.next_cursor ?? '')}`)).body
  expect(ids(rest.results)).toEqual([b])
  expect(rest.next_cursor).toBeNull()
})

it('filters by order_status and by unread, paged too', async () => {
  const [isNew = '', active = '', completed = '', fresh = ''] = await farm('lex', 4)
  const product = { farmer_id: 'lex', product_id: 'lex-peas' }
  const asked = (await outsider.checkOut('lex-asks', { ...product, is_post_checkout: false })).body.room_id
  await outsider.step('lex', active, 'active')
  for (const step of ['active', 'completed']) await outsider.step('lex', completed, step)
  await outsider.read('lex', isNew, 1)
  await outsider.read('lex', completed, 3)
  await until(async () => (await outsider.list('lex')).body.total_unread === 2)
  expect(await order('lex', '?order_status=new')).toEqual([fresh, isNew])
  expect(await order('lex', '?order_status=active')).toEqual([active])
  expect(await order('lex', '?order_status=completed')).toEqual([completed])
  expect(await order('lex', '?unread=true')).toEqual([active, fresh])
  expect(await order('lex', '?unread=true&order_status=new')).toEqual([fresh])
  expect(await order('lex')).toContain(asked)
  for (const query of ['order_status=new', 'unread=true'])
    expect((await pages('lex', `limit=1&${query}`)).map((page) => page.length)).toEqual([1, 1])
})

it('total_unread is the sum over the whole list, whatever the page or the filter', async () => {
  const rooms = await farm('mo', 3)
  for (const room_id of rooms) await outsider.send(`mo-c${rooms.indexOf(room_id)}`, room_id, 'hi')
  await until(async () => (await outsider.list('mo')).body.total_unread === 6)
  const { results } = (await outsider.list('mo')).body
  expect(results.reduce((sum, room) => sum + room.unread_count, 0)).toBe(6)
  for (const query of ['?limit=1', '?order_status=completed', '?unread=true'])
    expect((await outsider.list('mo', query)).body.total_unread, query).toBe(6)
})

it('unread_count, the flags and is_new_order, at every step, for both', async () => {
  const { room_id } = (await outsider.checkOut('nora')).body
  const both = async (nora: Partial<Room>, bo: Partial<Room>) => {
    await becomes('nora', room_id, nora)
    await becomes('bo', room_id, bo)
  }
  const flags = (has_unread_customer: boolean, has_unread_farmer: boolean, is_new_order: boolean) => ({
    has_unread_customer,
    has_unread_farmer,
    is_new_order,
  })
  // The order: the farmer has one to read, the customer caused it.
  await both({ unread_count: 0, ...flags(false, true, true) }, { unread_count: 1, ...flags(false, true, true) })
  // The customer reads: that is not the farmer's reading.
  await outsider.read('nora', room_id, 1)
  await both({ unread_count: 0, ...flags(false, true, true) }, { unread_count: 1, ...flags(false, true, true) })
  // The customer writes twice.
  const second = (await outsider.send('nora', room_id, 'two')).body
  await outsider.send('nora', room_id, 'three')
  await both({ unread_count: 0, last_seq: 3 }, { unread_count: 3, last_seq: 3, is_new_order: true })
  // The farmer answers without having read: one's own do not count, the others still do.
  await outsider.send('bo', room_id, 'four')
  await both({ unread_count: 1, ...flags(true, true, true) }, { unread_count: 3 })
  // One of the unread is deleted.
  await outsider.remove('nora', second.message_id)
  await both({ unread_count: 1, last_seq: 4 }, { unread_count: 2, last_seq: 4 })
  // The farmer first reads, in part.
  await outsider.read('bo', room_id, 1)
  await both({ unread_count: 1, ...flags(true, true, false) }, { unread_count: 1, ...flags(true, true, false) })
  await outsider.read('bo', room_id, 4)
  await both({ unread_count: 1, ...flags(true, false, false) }, { unread_count: 0 })
  // A step of the status is the farmer's doing: one more for the customer.
  await outsider.step('bo', room_id, 'active')
  await both({ unread_count: 2, last_seq: 5 }, { unread_count: 0, last_seq: 5 })
  await outsider.read('nora', room_id, 5)
  await both({ unread_count: 0, ...flags(false, false, false) }, { unread_count: 0 })
  // An edit is nothing new to read.
  const sixth = (await outsider.send('nora', room_id, 'six')).body
  await becomes('bo', room_id, { unread_count: 1 })
  await outsider.edit('nora', sixth.message_id, 'six!')
  await both(
    { unread_count: 0 },
    { unread_count: 1, last_message: { seq: 6, preview: 'six!' } as Room['last_message'] },
  )
  // Deleted before it was read.
  await outsider.remove('nora', sixth.message_id)
  await both({ unread_count: 0 }, { unread_count: 0, has_unread_farmer: false })
})

it('last_message is the newest one, its preview the beginning of it; what is deleted does not shine through', async () => {
  const { room_id } = (await outsider.checkOut('otto')).body
  const long = `A long one ${'x'.repeat(3_000)}`
  const { body: sent } = await outsider.send('otto', room_id, long)
  await becomes('bo', room_id, { last_seq: 2 })
  const shown = (await outsider.room('bo', room_id)).body
  expect(shown.last_message).toMatchObject({
    message_id: sent.message_id,
    seq: 2,
    kind: 'text',
    sender_id: 'otto',
    has_images: false,
    created_at: sent.created_at,
  })
  const preview = shown.last_message?.preview ?? ''
  expect(preview.startsWith('A long one xxx')).toBe(true)
  expect(preview.length).toBeLessThan(1_000)
  await outsider.remove('otto', sent.message_id)
  await until(async () => !(await outsider.room('bo', room_id)).text.includes('A long one'))
})

it('a message written is on both cards right after, through any instance', async () => {
  const { room_id } = (await outsider.checkOut('pam')).body
  for (let seq = 2; seq < 12; seq++) {
    await outsider.send('pam', room_id, `${seq}`)
    await becomes('bo', room_id, { last_seq: seq, unread_count: seq })
    await becomes('pam', room_id, { last_seq: seq, unread_count: 0 })
  }
})
