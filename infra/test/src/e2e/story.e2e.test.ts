import type { Room } from '@farmgate/contracts/rooms.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { serviceToken } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { InboxClient } from './inbox-client.ts'
import { type Market, openMarket } from './market.ts'
import { RoomClient } from './room-client.ts'

// The seed's story, over the one origin, with two of each service: each heading of it is a test here.

let stack: Stack
let market: Market
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'messages-api': 2, 'ws-gateway': 2 } })
  market = openMarket(stack)
  await market.offer('bo', 'tomatoes')
})
afterAll(() => stack.close())

describe('Step: Proceed to Checkout', () => {
  it('opens one room with the default message, the image attached, the order new', async () => {
    const product_image_url = 'https://img.example/p-1.jpg'
    const { status, body, headers } = await market.checkOut('ada', 'bo', 'tomatoes', { product_image_url })
    expect(status).toBe(201)
    expect(headers.get('location')).toContain(`/chat/rooms/${body.room_id}/`)
    expect(body).toMatchObject({ order_status: 'new', is_new_order: true, has_unread_farmer: true, last_seq: 1 })
    const { results } = (await market.page('ada', body.room_id)).body
    expect(results).toMatchObject([
      {
        seq: 1,
        kind: 'order_placed',
        sender_id: 'ada',
        body: "Hello! I've just purchased 2.5 kg of Tomatoes.\nI'd like to discuss delivery options...",
        images: [{ url: product_image_url, width: null, height: null }],
      },
    ])
  })

  it('the same checkout 100 times at once over two instances: one room, one first message, one 201', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, () => market.checkOut('anna', 'bo', 'tomatoes')))
    expect(answers.filter((it) => it.status === 201)).toHaveLength(1)
    expect(answers.filter((it) => it.status === 200)).toHaveLength(99)
    const rooms = new Set(answers.map((it) => it.body.room_id))
    expect(rooms.size).toBe(1)
    for (const room_id of rooms) expect(await market.history('anna', room_id)).toHaveLength(1)
  })

  it('asking first opens a room without an order; a later checkout places it there', async () => {
    const asked = await market.checkOut('arno', 'bo', 'tomatoes', { is_post_checkout: false })
    expect(asked).toMatchObject({ status: 201, body: { order_status: null, is_new_order: false, last_message: null } })
    await market.ask('arno', 'POST', '/chat/messages/', { room_id: asked.body.room_id, body: 'Are they ripe?' })
    const bought = await market.checkOut('arno', 'bo', 'tomatoes')
    expect(bought).toMatchObject({ status: 200, body: { room_id: asked.body.room_id, order_status: 'new' } })
    const kinds = (await market.history('arno', asked.body.room_id)).map((message) => message.kind)
    expect(kinds).toEqual(['text', 'order_placed'])
  })

  it('buying again with an Idempotency-Key places a new order in the same room, once', async () => {
    const { room_id } = (await market.checkOut('amy', 'bo', 'tomatoes')).body
    for (const step of ['active', 'completed']) await market.step('bo', room_id, step)
    const again = await Promise.all(
      Array.from({ length: 10 }, () => market.checkOut('amy', 'bo', 'tomatoes', { quantity: 4 }, 'second')),
    )
    for (const answer of again)
      expect(answer).toMatchObject({ status: 200, body: { room_id, order_status: 'new', quantity: 4 } })
    const bodies = (await market.history('amy', room_id)).map((message) => message.body)
    expect(bodies.filter((body) => body.startsWith('Hello!'))).toHaveLength(2)
    expect(bodies.at(-1)).toContain('4 kg of Tomatoes')
    const other = await market.checkOut('amy', 'bo', 'tomatoes', { quantity: 5 }, 'second')
    expect(other).toMatchObject({ status: 422, body: { code: 'idempotency_key_reused' } })
  })

  it('the marketplace may check out for a customer, and nobody else may', async () => {
    const order = { customer_id: 'alf', farmer_id: 'bo', product_id: 'tomatoes', quantity: 1, is_post_checkout: true }
    expect((await market.ask('mallory', 'POST', '/chat/rooms/', order)).status).toBe(403)
    const { status, body } = await market.ask<Room>(serviceToken(), 'POST', '/chat/rooms/', order)
    expect([status, body.customer_id]).toEqual([201, 'alf'])
    expect((await market.history('alf', body.room_id))[0]?.sender_id).toBe('alf')
  })
})

describe('Farmer Notification', () => {
  it('the chat list blinks, counts, names the product and shows the beginning of the first message, live', async () => {
    await market.offer('fay', 'eggs', { name: 'Eggs', unit: 'dozen' })
    const inbox = new InboxClient(stack.wsUrl, 'fay')
    expect(await inbox.next('welcome')).toMatchObject({ user_id: 'fay', total_unread: 0 })
    const { room_id } = (await market.checkOut('ada', 'fay', 'eggs', { quantity: 1 })).body
    const { room, total_unread } = await inbox.next('room.updated', (frame) => frame.room.room_id === room_id)
    expect(room).toMatchObject({
      is_new_order: true,
      has_unread_farmer: true,
      unread_count: 1,
      product: { name: 'Eggs', unit: 'dozen' },
      last_message: {
        kind: 'order_placed',
        preview: expect.stringContaining("Hello! I've just purchased 1 dozen of Eggs."),
      },
    })
    expect(total_unread).toBe(1)
    const list = (await market.list('fay')).body
    expect(list).toMatchObject({ results: [{ room_id, unread_count: 1, is_new_order: true }], total_unread: 1 })

    await market.ask('fay', 'POST', '/chat/messages/read/', { room_id, seq: 1 })
    const read = await inbox.next('room.updated', (frame) => frame.room.unread_count === 0)
    expect(read).toMatchObject({ room: { is_new_order: false, has_unread_farmer: false }, total_unread: 0 })
    await inbox.close()
  })
})

describe('Real-time Chat Functionality', () => {
  it('messages, receipts, typing and presence reach the other party; each message is stored', async () => {
    const { room_id } = (await market.checkOut('cleo', 'bo', 'tomatoes')).body
    const customer = new RoomClient(stack.wsUrl, room_id, 'cleo')
    const farmer = new RoomClient(stack.wsUrl, room_id, 'bo')
    await Promise.all([customer.next('welcome'), farmer.next('welcome')])

    farmer.say({ type: 'typing', is_typing: true })
    await customer.next('typing', (frame) => frame.user_id === 'bo' && frame.is_typing)
    farmer.send('Friday?')
    const { message } = await customer.next('message.created', (frame) => frame.message.body === 'Friday?')
    customer.say({ type: 'read', seq: message.seq })
    await farmer.next('read', (frame) => frame.user_id === 'cleo' && frame.seq === message.seq)
    farmer.say({ type: 'message.edit', message_id: message.message_id, body: 'Saturday?' })
    await customer.next('message.updated', (frame) => frame.message.body === 'Saturday?')
    farmer.say({ type: 'message.delete', message_id: message.message_id })
    await customer.next('message.deleted', (frame) => frame.message.message_id === message.message_id)
    await farmer.close()
    const gone = await customer.next('presence', (frame) => frame.user_id === 'bo' && !frame.online)
    expect(gone.last_seen_at).not.toBeNull()

    expect((await market.history('cleo', room_id)).map((it) => [it.seq, it.body])).toEqual([
      [1, expect.stringContaining('Hello!')],
      [2, ''],
    ])
    expect(customer.breaches).toEqual([])
    await customer.close()
  })
})

describe('Order Status Flow', () => {
  it('New → Active → Completed: saved, broadcast, in the history; only by the farmer, one step at a time', async () => {
    const { room_id } = (await market.checkOut('cora', 'bo', 'tomatoes')).body
    const customer = new RoomClient(stack.wsUrl, room_id, 'cora')
    expect(await customer.next('welcome')).toMatchObject({ order_status: 'new', last_seq: 1 })

    expect(await market.step('cora', room_id, 'active')).toMatchObject({ status: 403 })
    expect(await market.step('bo', room_id, 'completed')).toMatchObject({
      status: 409,
      body: { code: 'illegal_transition', current: 'new' },
    })
    for (const [from, to] of [
      ['new', 'active'],
      ['active', 'completed'],
    ] as const) {
      expect(await market.step('bo', room_id, to)).toMatchObject({ status: 200, body: { order_status: to } })
      expect(await market.step('bo', room_id, to)).toMatchObject({ status: 200, body: { order_status: to } })
      expect(await customer.next('order.status', (frame) => frame.order_status === to)).toMatchObject({
        previous: from,
        changed_by: 'bo',
      })
      await customer.next('message.created', (frame) => frame.message.order_status?.to === to)
    }
    const steps = (await market.history('cora', room_id)).flatMap((message) => message.order_status ?? [])
    expect(steps).toEqual([
      { from: 'new', to: 'active' },
      { from: 'active', to: 'completed' },
    ])
    await until(async () => (await market.room('cora', room_id)).body.unread_count === 2)
    expect((await market.room('bo', room_id)).body).toMatchObject({ order_status: 'completed', is_new_order: false })
    expect(customer.breaches).toEqual([])
    await customer.close()
  })
})

describe('Security', () => {
  it('a stranger learns nothing: 404 over HTTP, 4404 on the socket, for a room that is there and one that is not', async () => {
    const { room_id } = (await market.checkOut('carl', 'bo', 'tomatoes')).body
    for (const id of [room_id, '00000000-0000-4000-8000-000000000000']) {
      expect((await market.room('mallory', id)).status).toBe(404)
      expect((await market.page('mallory', id)).status).toBe(404)
      const socket = new RoomClient(stack.wsUrl, id, 'mallory')
      await until(() => socket.closes.includes(4404))
      expect(socket.frames).toEqual([])
      await socket.close()
    }
  })
})
