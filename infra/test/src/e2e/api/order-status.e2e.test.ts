import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Exchange, openExchange } from './line.ts'
import { expectBadBody, expectProblem, type Outsider, openOutsider, TIME, UUID } from './outsider.ts'

// The public interface, "PATCH /chat/rooms/{room_id}/".

let stack: Stack
let outsider: Outsider
let exchange: Exchange
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2 } })
  outsider = openOutsider(stack)
  exchange = openExchange(stack.wsUrl)
  await outsider.offer('bo', 'tomatoes')
})
afterEach(() => exchange.hangUpAll())
afterAll(() => stack.close())

const order = async (customer: string, ...steps: string[]) => {
  const { room_id } = (await outsider.checkOut(customer)).body
  for (const step of steps) expect((await outsider.step('bo', room_id, step)).status).toBe(200)
  return room_id
}

it('new → active → completed, one step at a time; anything else is 409 illegal_transition with current', async () => {
  const legal: Record<string, string> = { new: 'active', active: 'completed' }
  const ways: Record<string, string[]> = { new: [], active: ['active'], completed: ['active', 'completed'] }
  for (const [from, way] of Object.entries(ways))
    for (const to of Object.keys(ways)) {
      const room_id = await order(`c-${from}-${to}`, ...way)
      const answer = await outsider.step('bo', room_id, to)
      if (to === from || to === legal[from]) {
        expect(answer, `${from} to ${to}`).toMatchObject({ status: 200, body: { room_id, order_status: to } })
      } else {
        expectProblem(answer, 409, 'illegal_transition')
        expect(answer.body).toMatchObject({ current: from })
        expect((await outsider.room('bo', room_id)).body.order_status).toBe(from)
      }
    }
})

it('a room without an order has no status to move: 409, current null', async () => {
  const { room_id } = (await outsider.checkOut('asking', { is_post_checkout: false })).body
  for (const step of ['new', 'active', 'completed']) {
    const answer = await outsider.step('bo', room_id, step)
    expectProblem(answer, 409, 'illegal_transition')
    expect(answer.body).toMatchObject({ current: null })
  }
  expect((await outsider.page('bo', room_id)).body.results).toEqual([])
})

it('the farmer only: 403 for the customer, also for a step that would change nothing, 404 for a stranger', async () => {
  const room_id = await order('kim')
  for (const step of ['new', 'active', 'completed']) {
    expectProblem(await outsider.step('kim', room_id, step), 403)
    expectProblem(await outsider.step('mallory', room_id, step), 404, 'unknown_room')
  }
})

it('400 for what is no status', async () => {
  const room_id = await order('lea')
  for (const status of ['shipped', 'New', 'ACTIVE', '', null, 1, ['active'], {}, ' active'])
    expectBadBody(await outsider.step('bo', room_id, status), 'order_status')
})

it('a change is saved, appears in the history, and reaches both parties’ sockets', async () => {
  const room_id = await order('max')
  const lines = [await exchange.enter(room_id, 'max'), await exchange.enter(room_id, 'bo')]
  const inboxes = [await exchange.watch('max'), await exchange.watch('bo')]
  const answered = await outsider.step('bo', room_id, 'active')
  expect(answered).toMatchObject({ status: 200, body: { order_status: 'active', is_new_order: false, last_seq: 2 } })
  for (const user of ['max', 'bo']) {
    expect((await outsider.room(user, room_id)).body.order_status).toBe('active')
    const { results, rev, last_seq } = (await outsider.page(user, room_id)).body
    expect({ last_seq, rev }).toEqual({ last_seq: 2, rev: 2 })
    expect(results[1]).toEqual({
      message_id: UUID,
      room_id,
      seq: 2,
      rev: 2,
      kind: 'order_status',
      sender_id: 'bo',
      body: expect.stringMatching(/\S/),
      images: [],
      client_message_id: null,
      is_read: false,
      order_status: { from: 'new', to: 'active' },
      created_at: TIME,
      edited_at: null,
      deleted_at: null,
    })
  }
  for (const line of lines) {
    expect(await line.next('order.status')).toEqual({
      type: 'order.status',
      order_status: 'active',
      previous: 'new',
      changed_by: 'bo',
      changed_at: TIME,
    })
    const { message } = await line.next('message.created')
    expect(message).toMatchObject({ seq: 2, rev: 2, kind: 'order_status', order_status: { from: 'new', to: 'active' } })
  }
  for (const inbox of inboxes) {
    const { room } = await inbox.next('room.updated', (frame) => frame.room.last_seq === 2)
    expect(room).toMatchObject({ order_status: 'active', last_message: { kind: 'order_status', sender_id: 'bo' } })
  }
})

it('the status it already has is 200, changes nothing and tells of no change', async () => {
  const room_id = await order('ned', 'active')
  const line = await exchange.enter(room_id, 'ned')
  const inbox = await exchange.watch('ned')
  await until(async () => (await outsider.room('bo', room_id)).body.last_seq === 2)
  const before = (await outsider.room('bo', room_id)).body
  for (let i = 0; i < 3; i++)
    expect(await outsider.step('bo', room_id, 'active')).toMatchObject({ status: 200, body: before })
  expect((await outsider.room('bo', room_id)).body).toEqual(before)
  // What comes next is the first that is heard.
  await outsider.step('bo', room_id, 'completed')
  expect(await line.next('order.status')).toMatchObject({ order_status: 'completed', previous: 'active' })
  await inbox.next('room.updated', (frame) => frame.room.order_status === 'completed')
  expect(line.all('order.status')).toHaveLength(1)
  expect(line.all('message.created').map((frame) => frame.message.seq)).toEqual([3])
  // A room asked for is ahead of the stream: what had happened before may be told only now, and is no change.
  const { updated_at, last_seq } = before
  for (const { room } of inbox.all('room.updated'))
    if (room.order_status === 'active') expect(room).toMatchObject({ updated_at, last_seq })
})

it('the same step 50 times at once over two instances: 50 × 200, once in the history, one frame each', async () => {
  const room_id = await order('ola')
  const line = await exchange.enter(room_id, 'ola')
  const answers = await Promise.all(Array.from({ length: 50 }, () => outsider.step('bo', room_id, 'active')))
  for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: { order_status: 'active' } })
  await outsider.step('bo', room_id, 'completed')
  await line.next('order.status', (frame) => frame.order_status === 'completed')
  const { results } = (await outsider.page('ola', room_id)).body
  expect(results.map((message) => message.order_status)).toEqual([
    null,
    { from: 'new', to: 'active' },
    { from: 'active', to: 'completed' },
  ])
  expect(line.all('order.status').map((frame) => frame.order_status)).toEqual(['active', 'completed'])
})

it('both steps at once: each is taken once or refused, and the history tells a legal story', async () => {
  const room_id = await order('pia')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => outsider.step('bo', room_id, i % 2 ? 'active' : 'completed')),
  )
  for (const { status } of answers) expect(status).toBeOneOf([200, 409])
  const steps = (await outsider.page('bo', room_id)).body.results.flatMap((message) => message.order_status ?? [])
  const story = [
    { from: 'new', to: 'active' },
    { from: 'active', to: 'completed' },
  ]
  expect(steps).toEqual(story.slice(0, steps.length))
  expect((await outsider.room('bo', room_id)).body.order_status).toBe(steps.at(-1)?.to)
})

it('is_new_order turns false when the farmer moves the order on; the customer has one more to read', async () => {
  const room_id = await order('quin')
  expect((await outsider.room('bo', room_id)).body).toMatchObject({ is_new_order: true, has_unread_farmer: true })
  await outsider.step('bo', room_id, 'active')
  expect((await outsider.room('bo', room_id)).body).toMatchObject({ is_new_order: false, unread_count: 1 })
  await until(async () => {
    const { unread_count, has_unread_customer } = (await outsider.room('quin', room_id)).body
    return unread_count === 1 && has_unread_customer
  })
})
