import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { serviceToken } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  checkout,
  expectBadBody,
  expectProblem,
  firstMessage,
  type Outsider,
  openOutsider,
  TIME,
  UUID,
} from './outsider.ts'

// The public interface, "POST /chat/rooms/": Proceed to Checkout.

let stack: Stack
let outsider: Outsider
beforeAll(async () => {
  stack = await startStack({
    instances: { 'rooms-api': 2, 'messages-api': 2 },
    env: { IMAGE_URL_HOSTS: 'img.example,localhost' },
  })
  outsider = openOutsider(stack)
  await outsider.offer('bo', 'tomatoes')
  await outsider.offer('bo', 'plain', { name: 'Melon', unit: undefined })
})
afterAll(() => stack.close())

const service = { token: serviceToken() }
const bodies = async (user: string, room_id: string) =>
  (await outsider.page(user, room_id)).body.results.map((message) => message.body)
const kinds = async (user: string, room_id: string) =>
  (await outsider.page(user, room_id)).body.results.map((message) => message.kind)

describe('None yet: 201, with Location', () => {
  it('gives the Room as the caller sees it, every field of it, and its address', async () => {
    const { status, body, headers } = await outsider.checkOut('ada', { product_image_url: 'https://img.example/p.jpg' })
    expect(status).toBe(201)
    expect(body).toEqual({
      room_id: UUID,
      customer_id: 'ada',
      farmer_id: 'bo',
      product_id: 'tomatoes',
      customer: { id: 'ada', name: expect.any(String) },
      farmer: { id: 'bo', name: 'Farm of bo' },
      product: { id: 'tomatoes', name: 'Tomatoes', unit: 'kg', image_url: 'https://img.example/p.jpg' },
      quantity: 2.5,
      order_status: 'new',
      is_new_order: true,
      has_unread_farmer: true,
      has_unread_customer: false,
      unread_count: 0,
      last_seq: 1,
      last_message: {
        message_id: UUID,
        seq: 1,
        kind: 'order_placed',
        sender_id: 'ada',
        preview: expect.stringMatching(/^Hello! I've just/),
        has_images: true,
        created_at: TIME,
      },
      created_at: TIME,
      updated_at: TIME,
    })
    const { pathname } = new URL(headers.location ?? '', stack.url)
    expect(pathname).toBe(`/chat/rooms/${body.room_id}/`)
    expect((await outsider.ask<Room>('GET', pathname, { as: 'ada' })).body).toEqual(body)
    const farmers = (await outsider.room('bo', body.room_id)).body
    expect(farmers).toEqual({ ...body, unread_count: 1 })
  })

  it('the first message is there at once, for both, through any instance, as the card says', async () => {
    for (let i = 0; i < 20; i++) {
      const { body } = await outsider.checkOut(`quick-${i}`)
      const pages = await Promise.all(['bo', `quick-${i}`].map((user) => outsider.page(user, body.room_id)))
      for (const page of pages) {
        expect(page).toMatchObject({ status: 200, body: { last_seq: 1, rev: 1, has_more: false } })
        expect(page.body.results[0]).toMatchObject({
          message_id: body.last_message?.message_id,
          created_at: body.last_message?.created_at,
        })
      }
    }
  })

  it('the first message has the product image attached where one was given, and no image where none was', async () => {
    const url = 'https://img.example/p-1.jpg?size=l#x'
    const withImage = (await outsider.checkOut('amy', { product_image_url: url })).body
    expect((await outsider.page('amy', withImage.room_id)).body.results).toEqual([
      {
        message_id: UUID,
        room_id: withImage.room_id,
        seq: 1,
        rev: 1,
        kind: 'order_placed',
        sender_id: 'amy',
        body: firstMessage('2.5 kg of Tomatoes'),
        images: [{ image_id: UUID, url, thumbnail_url: url, width: null, height: null }],
        client_message_id: null,
        is_read: false,
        order_status: null,
        created_at: TIME,
        edited_at: null,
        deleted_at: null,
      },
    ])
    const without = (await outsider.checkOut('ann')).body
    expect(without.last_message?.has_images).toBe(false)
    expect((await outsider.page('ann', without.room_id)).body.results[0]?.images).toEqual([])
  })
})

describe('The first message, exactly', () => {
  it.each([
    ['2.5', '2.5'],
    ['2', '2'],
    ['2.0', '2'],
    ['2.500', '2.5'],
    ['1000000', '1000000'],
    ['1e6', '1000000'],
    ['999999.999', '999999.999'],
    ['0.001', '0.001'],
    ['1e-3', '0.001'],
    ['0.1', '0.1'],
    ['1.005', '1.005'],
    ['100', '100'],
  ])('quantity %s is written %s', async (given, written) => {
    const as = `of-${given.replace('.', '-')}`
    const raw = JSON.stringify(checkout(as)).replace('2.5', given)
    const { status, body } = await outsider.ask<Room>('POST', '/chat/rooms/', { as, raw })
    expect([status, body.quantity]).toEqual([201, Number(given)])
    expect(await bodies('bo', body.room_id)).toEqual([firstMessage(`${written} kg of Tomatoes`)])
  })

  it('without a unit the quantity stands alone', async () => {
    const { room_id } = (await outsider.checkOut('ivy', { product_id: 'plain', quantity: 3 })).body
    expect(await bodies('ivy', room_id)).toEqual([firstMessage('3 of Melon')])
  })

  it('the name is written as it is, whatever it looks like', async () => {
    for (const [i, name] of [
      "$& $1 $' $`",
      '{unit} {quantity}',
      '<b>Kohl</b>',
      'Grüne Soße 🌿',
      "O'Neil's; drop table",
    ].entries()) {
      await outsider.offer('bo', `odd-${i}`, { name, unit: '$&' })
      const { room_id } = (await outsider.checkOut('ivy', { product_id: `odd-${i}`, quantity: 1 })).body
      expect(await bodies('ivy', room_id)).toEqual([firstMessage(`1 $& of ${name}`)])
    }
  })

  it('does not change when the catalog does', async () => {
    await outsider.offer('bo', 'leeks', { name: 'Leeks' })
    const { room_id } = (await outsider.checkOut('ivy', { product_id: 'leeks' })).body
    await outsider.offer('bo', 'leeks', { name: 'Onions', unit: 'bag' })
    expect(await bodies('ivy', room_id)).toEqual([firstMessage('2.5 kg of Leeks')])
  })
})

describe('What is refused', () => {
  it('a quantity that is not a number, > 0, ≤ 1,000,000, with at most 3 decimals: 400', async () => {
    for (const given of [
      '0',
      '-0',
      '-1',
      '1e309',
      '"5"',
      '2.12345',
      '2.1234',
      '0.0001',
      '1e-9',
      'null',
      '1000000.001',
      '1000001',
      'true',
      '[1]',
      '{}',
      '""',
    ]) {
      const raw = JSON.stringify(checkout('bad')).replace('2.5', given)
      expectBadBody(await outsider.ask('POST', '/chat/rooms/', { as: 'bad', raw }), 'quantity')
    }
    expect((await outsider.list('bad')).body.results).toEqual([])
  })

  it('all but product_image_url are required: 400', async () => {
    for (const field of ['customer_id', 'farmer_id', 'product_id', 'quantity', 'is_post_checkout'])
      expectBadBody(await outsider.checkOut('bad', { [field]: undefined }), field)
  })

  it('is_post_checkout that is no boolean: 400', async () => {
    for (const value of ['true', 1, 0, null, 'True', {}])
      expectBadBody(await outsider.checkOut('bad', { is_post_checkout: value }), 'is_post_checkout')
  })

  it('a product_image_url that is not https without credentials on a host of IMAGE_URL_HOSTS: 400', async () => {
    for (const url of [
      'javascript:alert(1)',
      'data:image/png;base64,AAAA',
      'file:///etc/passwd',
      '//img.example/x.jpg',
      'http://img.example/x.jpg',
      'http://u:p@img.example/x.jpg',
      'https://u:p@img.example/x.jpg',
      'https://u@img.example/x.jpg',
      'https://evil.example/x.jpg',
      'https://img.example.evil.example/x.jpg',
      'https://sub.img.example/x.jpg',
      'https://evil.example\\@img.example/',
      'https://img.example@evil.example/',
      'https://',
      'ftp://img.example/x.jpg',
      '/x.jpg',
      'x',
      '',
      ' https://img.example/x.jpg',
      'https://img.example/a b',
      'https://img.example/\n',
      'https://img.example/\0',
      5,
      {},
      ['https://img.example/x.jpg'],
      `https://img.example/${'x'.repeat(2048 - 'https://img.example/'.length + 1)}`,
    ])
      expectBadBody(await outsider.checkOut('bad', { product_image_url: url }), 'product_image_url')
  })

  it('https on such a host, of 2,048 characters, and http on localhost are taken', async () => {
    for (const [i, url] of [
      `https://img.example/${'x'.repeat(2048 - 'https://img.example/'.length)}`,
      'https://IMG.example/x.jpg',
      'http://localhost:3000/x.jpg',
    ].entries()) {
      const { status, body } = await outsider.checkOut(`url-${i}`, { product_image_url: url })
      expect(status).toBe(201)
      expect((await outsider.page('bo', body.room_id)).body.results[0]?.images[0]?.url).toBe(url)
    }
  })

  it('is never fetched by a server', async () => {
    let visits = 0
    const gallery = http.createServer((_request, response) => {
      visits++
      response.end()
    })
    await new Promise<void>((resolve) => gallery.listen(0, resolve))
    const { port } = gallery.address() as AddressInfo
    const product_image_url = `http://localhost:${port}/x.jpg`
    const { body } = await outsider.checkOut('una', { product_image_url })
    const pages = [await outsider.page('bo', body.room_id), await outsider.list('bo')]
    await new Promise((resolve) => gallery.close(resolve))
    expect(pages.map((page) => page.text)).toEqual(Array(2).fill(expect.stringContaining(product_image_url)))
    expect(visits).toBe(0)
  })

  it('another’s customer_id is 403, unless role: service', async () => {
    expectProblem(await outsider.ask('POST', '/chat/rooms/', { as: 'mallory', body: checkout('vic') }), 403)
    expectProblem(await outsider.ask('POST', '/chat/rooms/', { as: 'bo', body: checkout('vic') }), 403)
    expect((await outsider.list('vic')).body.results).toEqual([])
    expect((await outsider.ask('POST', '/chat/rooms/', { ...service, body: checkout('vic') })).status).toBe(201)
    expect((await outsider.ask('POST', '/chat/rooms/', { ...service, body: checkout('vic') })).status).toBe(200)
    expect((await outsider.list('vic')).body.results).toHaveLength(1)
  })

  it('422 same_party, unknown_product, not_the_farmers_product', async () => {
    await outsider.offer('cy', 'honey')
    expectProblem(await outsider.checkOut('bo'), 422, 'same_party')
    expectProblem(await outsider.ask('POST', '/chat/rooms/', { ...service, body: checkout('bo') }), 422, 'same_party')
    expectProblem(await outsider.checkOut('bad', { product_id: 'unheard-of' }), 422, 'unknown_product')
    expectProblem(await outsider.checkOut('bad', { product_id: 'honey' }), 422, 'not_the_farmers_product')
    expectProblem(await outsider.checkOut('bad', { farmer_id: 'nobody' }), 422, 'not_the_farmers_product')
    expect((await outsider.list('bad')).body.results).toEqual([])
  })
})

describe('There already: 200 and the room, nothing posted twice', () => {
  it('however often, whatever it asks for', async () => {
    const { body: first } = await outsider.checkOut('wes')
    for (const fields of [
      {},
      { quantity: 9 },
      { product_image_url: 'https://img.example/z.jpg' },
      { is_post_checkout: false },
    ]) {
      const again = await outsider.checkOut('wes', fields)
      expect(again).toMatchObject({ status: 200, body: first })
    }
    expect(await bodies('wes', first.room_id)).toHaveLength(1)
    await outsider.step('bo', first.room_id, 'active')
    expect(await outsider.checkOut('wes')).toMatchObject({
      status: 200,
      body: { order_status: 'active', quantity: 2.5 },
    })
    expect(await kinds('wes', first.room_id)).toEqual(['order_placed', 'order_status'])
  })

  it('however concurrently, asking and buying mixed: one room, one 201, one order', async () => {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => outsider.checkOut('xeno', { is_post_checkout: i % 2 === 0 })),
    )
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(39)
    const [room_id, ...others] = new Set(answers.map(({ body }) => body.room_id))
    expect(others).toEqual([])
    expect(await kinds('xeno', room_id ?? '')).toEqual(['order_placed'])
    expect((await outsider.room('bo', room_id ?? '')).body).toMatchObject({ order_status: 'new', unread_count: 1 })
  })

  it('one for each (customer, farmer, product)', async () => {
    const rooms = await Promise.all([
      outsider.checkOut('yan'),
      outsider.checkOut('yan', { product_id: 'plain' }),
      outsider.checkOut('yve'),
    ])
    expect(rooms.map(({ status }) => status)).toEqual([201, 201, 201])
    expect(new Set(rooms.map(({ body }) => body.room_id)).size).toBe(3)
  })
})

describe('is_post_checkout: false opens a room to ask before buying', () => {
  it('no message, no order; a later checkout places the order in that same room', async () => {
    const asked = await outsider.checkOut('zac', { is_post_checkout: false })
    expect(asked).toMatchObject({
      status: 201,
      body: { order_status: null, is_new_order: false, has_unread_farmer: false, last_seq: 0, last_message: null },
    })
    const { room_id } = asked.body
    expect((await outsider.page('zac', room_id)).body).toEqual({
      results: [],
      has_more: false,
      last_seq: 0,
      rev: 0,
      read: { customer_seq: 0, farmer_seq: 0 },
    })
    expect((await outsider.checkOut('zac', { is_post_checkout: false })).status).toBe(200)
    for (const user of ['zac', 'bo'])
      expect((await outsider.list(user)).body.results.some((room) => room.room_id === room_id)).toBe(true)

    const bought = await outsider.checkOut('zac', { quantity: 7 })
    expect(bought).toMatchObject({
      status: 200,
      body: { room_id, order_status: 'new', is_new_order: true, has_unread_farmer: true, quantity: 7, last_seq: 1 },
    })
    expect(await bodies('bo', room_id)).toEqual([firstMessage('7 kg of Tomatoes')])
    expect((await outsider.checkOut('zac')).status).toBe(200)
    expect(await bodies('bo', room_id)).toHaveLength(1)
  })

  it('talk comes first, the order after it, in one order for all', async () => {
    const { room_id } = (await outsider.checkOut('zed', { is_post_checkout: false })).body
    expect((await outsider.send('bo', room_id, 'We have plenty')).body.seq).toBe(1)
    await outsider.checkOut('zed')
    expect((await outsider.send('zed', room_id, 'Thanks')).body.seq).toBe(3)
    expect(await kinds('zed', room_id)).toEqual(['text', 'order_placed', 'text'])
  })
})

describe('Buying again, with an Idempotency-Key', () => {
  it('that has not been seen places a new order there; without the header the order is untouched', async () => {
    const { room_id } = (await outsider.checkOut('kay')).body
    for (const step of ['active', 'completed']) await outsider.step('bo', room_id, step)
    expect((await outsider.checkOut('kay', { quantity: 4 })).body).toMatchObject({
      order_status: 'completed',
      quantity: 2.5,
    })
    const again = await outsider.checkOut('kay', { quantity: 4 }, 'order-2')
    expect(again).toMatchObject({
      status: 200,
      body: { room_id, order_status: 'new', is_new_order: true, has_unread_farmer: true, quantity: 4, last_seq: 4 },
    })
    expect((await bodies('kay', room_id)).at(-1)).toBe(firstMessage('4 kg of Tomatoes'))
    expect((await outsider.step('bo', room_id, 'active')).status).toBe(200)
  })

  it('also while the order is new or active', async () => {
    const { room_id } = (await outsider.checkOut('kip')).body
    await outsider.checkOut('kip', {}, 'a')
    await outsider.step('bo', room_id, 'active')
    expect((await outsider.checkOut('kip', {}, 'b')).body.order_status).toBe('new')
    expect(await kinds('kip', room_id)).toEqual(['order_placed', 'order_placed', 'order_status', 'order_placed'])
  })

  it('the same key again gives the first answer again, status and body, also after things have moved on', async () => {
    const first = await outsider.checkOut('lou', {}, 'key')
    expect(first.status).toBe(201)
    await outsider.step('bo', first.body.room_id, 'active')
    for (let i = 0; i < 3; i++) {
      const again = await outsider.checkOut('lou', {}, 'key')
      expect(again.status).toBe(201)
      expect(again.body).toEqual(first.body)
      expect(again.headers.location).toBe(first.headers.location)
    }
    expect(await kinds('lou', first.body.room_id)).toEqual(['order_placed', 'order_status'])
    expect((await outsider.room('lou', first.body.room_id)).body.order_status).toBe('active')
  })

  it('the same key with another body is 422 idempotency_key_reused, and does nothing', async () => {
    const { room_id } = (await outsider.checkOut('mia', {}, 'key')).body
    for (const fields of [
      { quantity: 3 },
      { is_post_checkout: false },
      { product_id: 'plain' },
      { product_image_url: 'https://img.example/x.jpg' },
    ])
      expectProblem(await outsider.checkOut('mia', fields, 'key'), 422, 'idempotency_key_reused')
    expect(await kinds('mia', room_id)).toEqual(['order_placed'])
    expect((await outsider.list('mia')).body.results).toHaveLength(1)
  })

  it('the same body written otherwise is the same body', async () => {
    const first = await outsider.checkOut('moe', {}, 'key')
    const raw = JSON.stringify(Object.fromEntries(Object.entries(checkout('moe')).reverse()), null, 2).replace(
      '2.5',
      '2.50',
    )
    const again = await outsider.ask('POST', '/chat/rooms/', { as: 'moe', raw, headers: { 'idempotency-key': 'key' } })
    expect(again).toMatchObject({ status: 201, body: first.body })
  })

  it('a key belongs to a customer, whoever checks out for them', async () => {
    const one = await outsider.checkOut('nan', {}, 'shared')
    const other = await outsider.checkOut('nik', {}, 'shared')
    expect([one.status, other.status]).toEqual([201, 201])
    expect(one.body.room_id).not.toBe(other.body.room_id)
    const headers = { 'idempotency-key': 'shared' }
    const byService = await outsider.ask('POST', '/chat/rooms/', { ...service, headers, body: checkout('nan') })
    expect(byService).toMatchObject({ status: 201, body: { room_id: one.body.room_id } })
    expect(await kinds('nan', one.body.room_id)).toEqual(['order_placed'])
  })

  it('30 times at once over two instances: one order, one answer', async () => {
    const { room_id } = (await outsider.checkOut('oda')).body
    const answers = await Promise.all(
      Array.from({ length: 30 }, () => outsider.checkOut('oda', { quantity: 8 }, 'once')),
    )
    for (const answer of answers) expect(answer).toMatchObject({ status: 200, body: answers[0]?.body })
    expect(await kinds('oda', room_id)).toEqual(['order_placed', 'order_placed'])
  })

  it('30 times at once where there is no room yet: one room, one order, the same answer', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, () => outsider.checkOut('ole', {}, 'once')))
    for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: answers[0]?.body })
    expect(await kinds('ole', answers[0]?.body.room_id ?? '')).toEqual(['order_placed'])
  })

  it('different keys at once place an order each', async () => {
    const { room_id } = (await outsider.checkOut('pat')).body
    await Promise.all(Array.from({ length: 5 }, (_, i) => outsider.checkOut('pat', {}, `key-${i}`)))
    const { results } = (await outsider.page('pat', room_id)).body
    expect(results.map((message) => [message.seq, message.kind])).toEqual(
      Array.from({ length: 6 }, (_, i) => [i + 1, 'order_placed']),
    )
    await until(async () => (await outsider.room('bo', room_id)).body.unread_count === 6)
  })

  it('a key on a question places no order', async () => {
    const { room_id } = (await outsider.checkOut('pip')).body
    await outsider.step('bo', room_id, 'active')
    const asked = await outsider.checkOut('pip', { is_post_checkout: false }, 'ask')
    expect(asked).toMatchObject({ status: 200, body: { order_status: 'active' } })
    expect(await kinds('pip', room_id)).toEqual(['order_placed', 'order_status'])
  })

  it('a key of 1 to 255 visible characters, else 400', async () => {
    expect((await outsider.checkOut('rex', {}, 'x'.repeat(255))).status).toBe(201)
    expect((await outsider.checkOut('rex', {}, '!~"#')).status).toBe(200)
    for (const key of ['', 'x'.repeat(256), 'a b', 'a\tb', 'é'])
      expectProblem(await outsider.checkOut('rex', {}, key), 400)
  })

  it('a refused checkout does not use up its key', async () => {
    expectProblem(await outsider.checkOut('sam', { product_id: 'later' }, 'key'), 422, 'unknown_product')
    await outsider.offer('bo', 'later')
    expect((await outsider.checkOut('sam', { product_id: 'later' }, 'key')).status).toBe(201)
  })
})
