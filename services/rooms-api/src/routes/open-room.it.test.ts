import { room as roomSchema } from '@farmgate/contracts/rooms.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roomsOf } from '../outbox-rows.ts'
import { checkout, MARKETPLACE, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
  await rig.product('p-1')
  await rig.product('p-2', { name: 'Eggs', unit: null })
})
afterAll(() => rig.close())

/** A customer of one's own, so that tests do not meet. */
let customers = 0
const someone = () => `c-${++customers}-x`
const post = (
  body: object,
  headers = {},
  as: Parameters<Rig['as']>[0] = (body as { customer_id: string }).customer_id,
) => rig.as(as).post('/chat/rooms/', { body, headers })

describe('works', () => {
  test('a checkout opens the room with its order and its first message: 201 and where it is', async () => {
    const body = checkout({ customer_id: someone(), product_image_url: 'https://img.example/p-1.jpg' })
    const answer = await post(body)
    expect(answer.status).toBe(201)
    expect(answer.headers.location).toBe(`/chat/rooms/${answer.body.room_id}/`)
    const room = roomSchema.parse(answer.body)
    expect(room).toMatchObject({
      order_status: 'new',
      is_new_order: true,
      has_unread_farmer: true,
      has_unread_customer: false,
      unread_count: 0,
      quantity: 2.5,
      last_seq: 1,
      product: { id: 'p-1', name: 'Tomatoes', unit: 'kg', image_url: 'https://img.example/p-1.jpg' },
      customer: { id: body.customer_id, name: body.customer_id },
      last_message: { seq: 1, kind: 'order_placed', sender_id: body.customer_id, has_images: true },
    })
    expect(room.last_message?.preview).toBe(
      "Hello! I've just purchased 2.5 kg of Tomatoes. I'd like to discuss delivery options...",
    )
    expect(room.updated_at).toBe(room.last_message?.created_at)
    const [opened, placed] = await rig.events(room.room_id)
    expect(opened).toMatchObject({ type: 'room.opened', event_no: 1, farmer_id: 'f-1' })
    expect(placed).toMatchObject({
      type: 'order.placed',
      event_no: 2,
      body: "Hello! I've just purchased 2.5 kg of Tomatoes.\nI'd like to discuss delivery options...",
      message_id: room.last_message?.message_id,
      images: [{ url: 'https://img.example/p-1.jpg', width: null }],
    })
  })

  test('what the answer says is what is read afterwards', async () => {
    const body = checkout({ customer_id: someone() })
    const answer = await post(body)
    const read = await rig.as(body.customer_id).get(`/chat/rooms/${answer.body.room_id}/`)
    expect(read.body).toEqual(answer.body)
  })

  test('the same checkout again is 200 and the same room, and nothing is said twice', async () => {
    const body = checkout({ customer_id: someone() })
    const first = await post(body)
    const again = await post({ ...body, quantity: 9 })
    expect(again.status).toBe(200)
    expect(again.body).toEqual(first.body)
    expect(await rig.events(first.body.room_id)).toHaveLength(2)
  })

  test('integers are taken as ids, and a trailing slash may be missing', async () => {
    const body = { ...checkout(), customer_id: 4711 }
    const answer = await rig.as('4711').post('/chat/rooms', { body })
    expect(answer.status).toBe(201)
    expect(answer.body.customer_id).toBe('4711')
  })

  test('without a unit a quantity stands alone', async () => {
    const { body } = await post(checkout({ customer_id: someone(), product_id: 'p-2', quantity: 12 }))
    expect(body.last_message.preview).toMatch(/^Hello! I've just purchased 12 of Eggs\. /)
    expect(body.product.unit).toBeNull()
  })

  test('a product renamed on another instance is bought by its new name', async () => {
    await rig.product('p-renamed', { name: 'Old' })
    await post(checkout({ customer_id: someone(), product_id: 'p-renamed' }))
    await rig
      .as(MARKETPLACE, rig.apps[1])
      .put('/catalog/products/p-renamed/', { body: { farmer_id: 'f-1', name: 'New' } })
    const { body } = await post(checkout({ customer_id: someone(), product_id: 'p-renamed' }))
    expect(body.product.name).toBe('New')
    expect(body.last_message.preview).toContain('purchased 2.5 of New.')
  })

  test('the name of a token stands where the catalog knows none; the catalog goes first', async () => {
    const customer = someone()
    const named = token(customer, { name: 'Ada' })
    const room = await rig.bearing(named).post('/chat/rooms/', { body: checkout({ customer_id: customer }) })
    expect(room.body.customer.name).toBe('Ada')
    await rig.as(MARKETPLACE).put(`/catalog/users/${customer}/`, { body: { name: 'Ada Lovelace' } })
    const read = await rig.as('f-1').get(`/chat/rooms/${room.body.room_id}/`)
    expect(read.body.customer.name).toBe('Ada Lovelace')
  })

  test('what changes is told: two events and a card', async () => {
    rig.told.length = 0
    const { body } = await post(checkout({ customer_id: someone() }))
    expect(rig.told).toHaveLength(1)
    expect(rig.told[0]?.events.map(({ type }) => type)).toEqual(['room.opened', 'order.placed'])
    const [row] = rig.told[0]?.rows ?? []
    expect(row && roomsOf(row)).toMatchObject([{ room_id: body.room_id, first: 1, last: 2 }])
  })
})

describe('asked first', () => {
  test('a room to ask in has no message and no order; a later checkout places it there', async () => {
    const body = checkout({ customer_id: someone(), is_post_checkout: false, quantity: 7 })
    const asked = await post(body)
    expect(asked.status).toBe(201)
    expect(asked.body).toMatchObject({ order_status: null, is_new_order: false, last_message: null, last_seq: 0 })
    expect(asked.body).toMatchObject({ quantity: 7, has_unread_farmer: false })
    expect((await post(body)).body).toEqual(asked.body)

    rig.peer.heard.length = 0
    const bought = await post({ ...body, is_post_checkout: true, quantity: 8 })
    expect(bought.status).toBe(200)
    expect(bought.body).toMatchObject({ room_id: asked.body.room_id, order_status: 'new', quantity: 8, last_seq: 1 })
    expect(bought.body).toMatchObject({ is_new_order: true, has_unread_farmer: true })
    expect(await rig.events(asked.body.room_id)).toMatchObject([
      { type: 'room.opened' },
      { type: 'order.placed', event_no: 2, previous: null },
    ])
    expect(rig.peer.heard).toMatchObject([{ type: 'order.placed', room_id: asked.body.room_id }])
  })

  test('to ask in a room that holds an order leaves it untouched', async () => {
    const body = checkout({ customer_id: someone() })
    const bought = await post(body)
    const asked = await post({ ...body, is_post_checkout: false, quantity: 1 })
    expect(asked).toMatchObject({ status: 200, body: bought.body })
  })

  test('bought 20 times at once over two instances, one order is placed', async () => {
    const body = checkout({ customer_id: someone(), is_post_checkout: false })
    const { room_id } = (await post(body)).body
    const all = Array.from({ length: 20 }, (_, n) =>
      rig.as(body.customer_id, rig.apps[n % 2]).post('/chat/rooms/', { body: { ...body, is_post_checkout: true } }),
    )
    expect((await Promise.all(all)).map(({ status }) => status)).toEqual(Array(20).fill(200))
    expect((await rig.events(room_id)).map(({ type }) => type)).toEqual(['room.opened', 'order.placed'])
  })
})

test('100 identical checkouts at once over two instances: one 201, one room, one first message', async () => {
  const body = checkout({ customer_id: someone() })
  const all = Array.from({ length: 100 }, (_, n) =>
    rig.as(body.customer_id, rig.apps[n % 2]).post('/chat/rooms/', { body }),
  )
  const answers = await Promise.all(all)
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(99)
  expect(new Set(answers.map(({ text }) => text)).size).toBe(1)
  const events = await rig.events(answers[0]?.body.room_id)
  expect(events.map(({ type }) => type)).toEqual(['room.opened', 'order.placed'])
})

describe('Idempotency-Key', () => {
  const key = (name: string) => ({ 'idempotency-key': name })

  test('a new key buys again: status, quantity and first message are new', async () => {
    const body = checkout({ customer_id: someone() })
    const first = await post(body)
    await rig.as('f-1').patch(`/chat/rooms/${first.body.room_id}/`, { body: { order_status: 'active' } })
    const again = await post({ ...body, quantity: 4 }, key('again-1'))
    expect(again.status).toBe(200)
    expect(again.body).toMatchObject({
      room_id: first.body.room_id,
      quantity: 4,
      order_status: 'new',
      is_new_order: true,
    })
    expect(again.body.last_message.preview).toContain('purchased 4 kg of Tomatoes')
    expect(await rig.events(first.body.room_id)).toMatchObject([
      {},
      {},
      { type: 'order.status_changed' },
      { type: 'order.placed', event_no: 4, previous: 'active' },
    ])
  })

  test('the same key gives the first answer again, byte for byte, whatever happened since', async () => {
    const body = checkout({ customer_id: someone() })
    const first = await post(body, key('k'))
    expect(first.status).toBe(201)
    await rig.as('f-1').patch(`/chat/rooms/${first.body.room_id}/`, { body: { order_status: 'active' } })
    const repeated = await post({ ...body, product_image_url: null }, key('k'))
    expect(repeated.status).toBe(201)
    expect(repeated.headers.location).toBe(first.headers.location)
    expect(repeated.text).toBe(first.text)
    expect(await rig.events(first.body.room_id)).toHaveLength(3)
  })

  test('the same key with another body is refused, even one that no rule would allow', async () => {
    const body = checkout({ customer_id: someone() })
    await post(body, key('k'))
    for (const other of [{ quantity: 3 }, { product_id: 'nowhere' }, { is_post_checkout: false }]) {
      expect(await post({ ...body, ...other }, key('k'))).toMatchObject({
        status: 422,
        body: { code: 'idempotency_key_reused' },
      })
    }
  })

  test('a key belongs to one customer', async () => {
    const [one, other] = [
      await post(checkout({ customer_id: someone() }), key('k')),
      await post(checkout({ customer_id: someone() }), key('k')),
    ]
    expect([one.status, other.status]).toEqual([201, 201])
  })

  test('a refused checkout does not use the key up', async () => {
    const body = checkout({ customer_id: someone(), product_id: 'p-later' })
    expect((await post(body, key('k'))).body.code).toBe('unknown_product')
    await rig.product('p-later')
    expect((await post(body, key('k'))).status).toBe(201)
  })

  test('one key 40 times at once over two instances buys once', async () => {
    const body = checkout({ customer_id: someone() })
    const { room_id } = (await post(body)).body
    const all = Array.from({ length: 40 }, (_, n) =>
      rig.as(body.customer_id, rig.apps[n % 2]).post('/chat/rooms/', { body, headers: key('race') }),
    )
    const answers = await Promise.all(all)
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(await rig.events(room_id)).toHaveLength(3)
  })

  test.each(['', ' ', 'a b', 'ü', 'x'.repeat(256)])('%j is no key', async (bad) => {
    const answer = await post(checkout({ customer_id: someone() }), key(bad))
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_header' } })
  })
})

describe('refuses', () => {
  test.each([
    ['quantity 0', { quantity: 0 }],
    ['quantity -1', { quantity: -1 }],
    ['a quantity that is text', { quantity: '5' }],
    ['more than 3 decimals', { quantity: 2.12345 }],
    ['quantity null', { quantity: null }],
    ['more than a million', { quantity: 1_000_001 }],
    ['order_status', { order_status: 'completed' }],
    ['is_new_order', { is_new_order: false }],
    ['room_id', { room_id: '7d3c1f0a-2f6b-4c61-9a44-4d0f0f1c2b3a' }],
    ['is_post_checkout as text', { is_post_checkout: 'true' }],
    ['an id with a space', { product_id: 'p 1' }],
    ['an id too long', { product_id: 'p'.repeat(65) }],
    ['a javascript: image', { product_image_url: 'javascript:alert(1)' }],
    ['a data: image', { product_image_url: 'data:image/png;base64,AAAA' }],
    ['a file: image', { product_image_url: 'file:///etc/passwd' }],
    ['a //x image', { product_image_url: '//x' }],
    ['an image with credentials', { product_image_url: 'http://u:p@x' }],
    ['an http image', { product_image_url: 'http://img.example/a.jpg' }],
    ['an image URL too long', { product_image_url: `https://img.example/${'a'.repeat(2048)}` }],
  ])('%s: 400 invalid_body', async (_, fault) => {
    const customer = someone()
    const answer = await post({ ...checkout({ customer_id: customer }), ...fault })
    expect(answer).toMatchObject({ status: 400, body: { code: 'invalid_body' } })
  })

  test.each(['1e309', '2.5, "__proto__": {"is_new_order": true}'])('"quantity": %s: 400', async (json) => {
    const customer = someone()
    const body = JSON.stringify(checkout({ customer_id: customer })).replace('2.5', json)
    expect(await rig.as(customer).post('/chat/rooms/', { body })).toMatchObject({ status: 400 })
  })

  test('an unknown product: 422 unknown_product', async () => {
    const answer = await post(checkout({ customer_id: someone(), product_id: 'p-none' }))
    expect(answer).toMatchObject({ status: 422, body: { code: 'unknown_product' } })
  })

  test("another farmer's product: 422 not_the_farmers_product, also after it has changed hands", async () => {
    const answer = await post(checkout({ customer_id: someone(), farmer_id: 'f-2' }))
    expect(answer).toMatchObject({ status: 422, body: { code: 'not_the_farmers_product' } })
    await rig.product('p-moving')
    await post(checkout({ customer_id: someone(), product_id: 'p-moving' }))
    const moved = { body: { farmer_id: 'f-2', name: 'Tomatoes', unit: 'kg' } }
    await rig.as(MARKETPLACE, rig.apps[1]).put('/catalog/products/p-moving/', moved)
    const late = await post(checkout({ customer_id: someone(), product_id: 'p-moving' }))
    expect(late).toMatchObject({ status: 422, body: { code: 'not_the_farmers_product' } })
  })

  test('customer and farmer the same: 422 same_party', async () => {
    const answer = await post(checkout({ customer_id: 'f-1' }))
    expect(answer).toMatchObject({ status: 422, body: { code: 'same_party' } })
  })

  test('an image on a foreign host, where hosts are named: 400 at its path', async () => {
    const strict = await openRig({ imageHosts: ['img.example', 'localhost', 'cdn.example:8443'] })
    try {
      await strict.product('p-1')
      const at = (product_image_url: string) =>
        strict.as('c-1').post('/chat/rooms/', { body: checkout({ product_image_url }) })
      expect(await at('https://evil.example/a.jpg')).toMatchObject({
        status: 400,
        body: { code: 'invalid_body', errors: [{ path: 'product_image_url' }] },
      })
      expect((await at('https://cdn.example/a.jpg')).status).toBe(400)
      expect((await at('https://img.example/a.jpg')).status).toBe(201)
      for (const url of ['https://IMG.example/a.jpg', 'http://localhost:3000/a.jpg', 'https://cdn.example:8443/a.jpg'])
        expect((await at(url)).status).toBe(200)
    } finally {
      await strict.close()
    }
  })
})

describe('who may', () => {
  test("nobody checks out as another customer: 403, before any rule of the domain, after the body's shape", async () => {
    const body = checkout({ customer_id: 'f-1', product_id: 'p-none' })
    expect(await post(body, {}, 'stranger')).toMatchObject({ status: 403, body: { code: 'not_the_customer' } })
    expect((await post({ ...body, quantity: 0 }, {}, 'stranger')).status).toBe(400)
  })

  test('the marketplace checks out on behalf of a customer, who then has the room', async () => {
    const customer = someone()
    const answer = await post(checkout({ customer_id: customer }), {}, MARKETPLACE)
    expect(answer.status).toBe(201)
    expect(answer.body.unread_count).toBe(0)
    expect((await rig.as(customer).get(`/chat/rooms/${answer.body.room_id}/`)).body).toEqual(answer.body)
  })

  test('without a token: 401', async () => {
    const answer = await rig.app.inject({ method: 'POST', url: '/chat/rooms/', payload: checkout() })
    expect(answer.statusCode).toBe(401)
  })
})
