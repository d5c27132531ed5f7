import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Exchange, openExchange } from './line.ts'
import {
  checkout,
  expectBadBody,
  expectProblem,
  NOBODYS_ROOM,
  type Outsider,
  openOutsider,
  TIME,
  UUID,
} from './outsider.ts'

// The public interface, "Ground rules".

let stack: Stack
let outsider: Outsider
let exchange: Exchange
let room_id: string
let message_id: string
const service = { token: serviceToken() }

beforeAll(async () => {
  stack = await startStack()
  outsider = openOutsider(stack)
  exchange = openExchange(stack.wsUrl)
  await outsider.offer('bo', 'tomatoes')
  room_id = (await outsider.checkOut('ada')).body.room_id
  message_id = (await outsider.send('ada', room_id, 'Friday?')).body.message_id
})
afterEach(() => exchange.hangUpAll())
afterAll(() => stack.close())

/** Every operation that takes a body, with one that would be taken. */
const bodied = (): [method: string, path: string, body: object, who: { as?: string; token?: string }][] => [
  ['POST', '/chat/rooms/', checkout('ada'), { as: 'ada' }],
  ['PATCH', `/chat/rooms/${room_id}/`, { order_status: 'new' }, { as: 'bo' }],
  ['POST', '/chat/messages/', { room_id, body: 'hi' }, { as: 'ada' }],
  ['PATCH', `/chat/messages/${message_id}/`, { body: 'Friday!' }, { as: 'ada' }],
  ['POST', '/chat/messages/read/', { room_id, seq: 1 }, { as: 'ada' }],
  ['PUT', '/catalog/users/eve/', { name: 'Eve' }, service],
  ['PUT', '/catalog/products/figs/', { farmer_id: 'bo', name: 'Figs' }, service],
]

describe('One origin', () => {
  it('routes by path prefix, everything else to the web app', async () => {
    expect((await outsider.list('ada')).status).toBe(200)
    expect((await outsider.ask('GET', '/catalog/users/bo/', service)).status).toBe(200)
    expect((await outsider.page('ada', room_id)).status).toBe(200)
    await exchange.watch('ada')
    const web = await outsider.ask('GET', '/')
    expect(web.status).toBe(200)
    expect(web.headers['content-type']).toMatch(/^text\/html/)
  })

  it('each service can also be reached directly on its own port', async () => {
    expect((await outsider.at(stack.urls['rooms-api']).room('ada', room_id)).status).toBe(200)
    expect((await outsider.at(stack.urls['messages-api']).page('ada', room_id)).status).toBe(200)
    const direct = openExchange(stack.urls['ws-gateway'].replace('http', 'ws'))
    await direct.enter(room_id, 'ada')
    await direct.hangUpAll()
  })
})

describe('Paths end in a slash; the same path without it works too, without a redirect', () => {
  it('over HTTP', async () => {
    const bare = (path: string) => path.replace(/\/(?=$|\?)/, '')
    for (const [method, path, body, who] of bodied())
      expect((await outsider.ask(method, bare(path), { ...who, body })).status, `${method} ${path}`).toBeOneOf([
        200, 201,
      ])
    for (const path of [
      '/chat/rooms/?limit=1',
      `/chat/rooms/${room_id}/`,
      `/chat/messages/?room_id=${room_id}`,
      `/chat/messages/${message_id}/`,
    ]) {
      const [slashed, plain] = [
        await outsider.ask('GET', path, { as: 'ada' }),
        await outsider.ask('GET', bare(path), { as: 'ada' }),
      ]
      expect(plain, path).toMatchObject({ status: 200, body: slashed.body })
    }
    const doomed = (await outsider.send('ada', room_id, 'oops')).body.message_id
    expect((await outsider.ask('DELETE', `/chat/messages/${doomed}`, { as: 'ada' })).status).toBe(204)
    for (const path of ['/catalog/users/bo', '/catalog/products/tomatoes'])
      expect((await outsider.ask('GET', path, service)).status, path).toBe(200)
  })

  it('on sockets', async () => {
    for (const path of [`/ws/chat/${room_id}`, `/ws/chat/${room_id}?after_rev=0`, '/ws/inbox'])
      await exchange.dial<{ type: string }>(path, 'ada').next('welcome')
  })
})

describe('JSON in and out, snake_case, UTF-8; times are RFC 3339 in UTC with milliseconds', () => {
  it('answers are UTF-8 JSON, whatever is written', async () => {
    const body = 'Grüße, 日本語, 👩‍🌾, عربى'
    const sent = await outsider.send('ada', room_id, body)
    expect(sent.headers['content-type']).toMatch(/^application\/json; ?charset=utf-8$/i)
    expect((await outsider.message('bo', sent.body.message_id)).body.body).toBe(body)
    for (const answer of [await outsider.list('ada'), await outsider.page('ada', room_id)])
      expect(answer.headers['content-type']).toMatch(/^application\/json\b/)
  })

  it('JSON is taken with a charset and as it comes', async () => {
    const headers = { 'content-type': 'application/json; charset=UTF-8' }
    const asking = { as: 'ada', headers, body: { room_id, body: 'ö' } }
    expect(await outsider.ask('POST', '/chat/messages/', asking)).toMatchObject({ status: 201, body: { body: 'ö' } })
  })

  it('every time has milliseconds and a Z; ids of ours are UUIDs', async () => {
    const { body: room } = await outsider.room('ada', room_id)
    expect(room).toMatchObject({ room_id: UUID, created_at: TIME, updated_at: TIME })
    expect(room.last_message).toMatchObject({ message_id: UUID, created_at: TIME })
    const edited = (await outsider.edit('ada', message_id, 'Saturday?')).body
    expect(edited).toMatchObject({ message_id: UUID, room_id: UUID, created_at: TIME, edited_at: TIME })
  })

  it('every field is snake_case', async () => {
    const keys = (value: unknown): string[] =>
      value && typeof value === 'object'
        ? [...(Array.isArray(value) ? [] : Object.keys(value)), ...Object.values(value).flatMap(keys)]
        : []
    for (const { body } of [await outsider.list('ada'), await outsider.page('ada', room_id)])
      for (const key of keys(body)) expect(key).toMatch(/^[a-z][a-z0-9_]*$/)
  })
})

describe('User and product ids: strings of 1 to 64 characters from A-Z a-z 0-9 _ . : -, or a JSON integer', () => {
  it('every such character, and 64 of them, go all the way', async () => {
    for (const id of ['A-Z.a_z:0-9', 'x'.repeat(64), '-', '.', '0', '__proto__', 'constructor']) {
      const product_id = id === '.' ? 'dot' : `${id}`.slice(0, 64)
      await outsider.offer('bo', product_id)
      const opened = await outsider.checkOut(id, { product_id })
      expect(opened, id).toMatchObject({ status: 201, body: { customer_id: id, product_id, customer: { id } } })
      expect((await outsider.list(id)).body.results).toHaveLength(1)
      const inbox = await exchange.watch(id)
      expect(inbox.frames[0]).toMatchObject({ user_id: id })
    }
  })

  it('a JSON integer is taken and becomes its decimal string', async () => {
    const product = { farmer_id: 77, name: 'Peas' }
    await outsider.ask('PUT', '/catalog/products/1001/', { ...service, body: product })
    const opened = await outsider.checkOut('42', { customer_id: 42, farmer_id: 77, product_id: 1001 })
    expect(opened).toMatchObject({ status: 201, body: { customer_id: '42', farmer_id: '77', product_id: '1001' } })
    const again = await outsider.checkOut('42', { customer_id: '42', farmer_id: '77', product_id: '1001' })
    expect(again).toMatchObject({ status: 200, body: { room_id: opened.body.room_id } })
    expect((await outsider.room('77', opened.body.room_id)).status).toBe(200)
  })

  it('anything else is 400', async () => {
    for (const id of ['', 'x'.repeat(65), 'a b', 'a/b', 'é', 'a\n', '\0', 1.5, true, null, {}, ['bo']])
      for (const field of ['farmer_id', 'product_id', 'customer_id'])
        expectBadBody(await outsider.checkOut('ada', { [field]: id }), field)
    for (const path of [`/catalog/users/${'x'.repeat(65)}/`, '/catalog/users/a%20b/', '/catalog/products/%C3%A9/'])
      expectProblem(await outsider.ask('PUT', path, { ...service, body: { name: 'x', farmer_id: 'bo' } }), 400)
  })

  it('an integer that JSON cannot carry exactly never becomes another id', async () => {
    const raw = JSON.stringify(checkout('9007199254740993')).replace('"9007199254740993"', '9007199254740993')
    const answer = await outsider.ask('POST', '/chat/rooms/', { token: service.token, raw })
    expectBadBody(answer, 'customer_id')
  })
})

describe('Errors are application/problem+json', () => {
  it('for a body that is not JSON: 400', async () => {
    for (const [method, path, , who] of bodied())
      for (const raw of ['{"room_id":', 'hello', '', '{} trailing', "{'a':1}", '\ufeff'])
        expectProblem(await outsider.ask(method, path, { ...who, raw }), 400)
  })

  it('for JSON that is no object: 400, with the place in errors', async () => {
    for (const [method, path, , who] of bodied())
      for (const raw of ['[]', 'null', '1', '"x"', '[{}]'])
        expectBadBody(await outsider.ask(method, path, { ...who, raw }))
  })

  it('for no body at all: 400', async () => {
    for (const [method, path, , who] of bodied()) expectProblem(await outsider.ask(method, path, who), 400)
  })

  it('for a missing and for a wrong field: 400, with the place in errors', async () => {
    for (const [method, path, body, who] of bodied())
      for (const field of Object.keys(body)) {
        const { [field]: _, ...rest } = { ...body } as Record<string, unknown>
        expectBadBody(await outsider.ask(method, path, { ...who, body: rest }), field === 'body' ? undefined : field)
        expectBadBody(await outsider.ask(method, path, { ...who, body: { ...body, [field]: { a: 1 } } }), field)
      }
  })

  it('for 10,000-deep JSON: 400', async () => {
    const deep = '['.repeat(10_000) + ']'.repeat(10_000)
    for (const raw of [deep, `{"room_id":${deep}}`, `${'{"a":'.repeat(9_000)}1${'}'.repeat(9_000)}`])
      for (const path of ['/chat/rooms/', '/chat/messages/'])
        expectProblem(await outsider.ask('POST', path, { as: 'ada', raw }), 400)
  })

  it('for __proto__ and constructor in a body: 400, and nothing is polluted', async () => {
    for (const name of ['__proto__', 'constructor'])
      for (const [method, path, body, who] of bodied()) {
        const raw = `{"${name}":{"prototype":{"is_admin":true}},${JSON.stringify(body).slice(1)}`
        expectProblem(await outsider.ask(method, path, { ...who, raw }), 400)
      }
  })

  it('for another type of body: 415', async () => {
    for (const [method, path, body, who] of bodied())
      for (const type of [
        'text/xml',
        'text/plain',
        'application/x-www-form-urlencoded',
        'multipart/form-data; boundary=x',
      ])
        expectProblem(await outsider.ask(method, path, { ...who, body, headers: { 'content-type': type } }), 415)
  })

  it('for a compressed body: 415', async () => {
    for (const [method, path, body, who] of bodied())
      expectProblem(await outsider.ask(method, path, { ...who, body, headers: { 'content-encoding': 'gzip' } }), 415)
  })

  it('for a path that is not there: 404, at the origin and at each service', async () => {
    const everywhere = [stack.url, ...Object.values(stack.urls)].map((base) => outsider.at(base))
    for (const { ask } of everywhere)
      for (const path of [
        '/nope',
        '/chat/',
        '/chat/roomsx/',
        `/chat/rooms/${room_id}/nope/`,
        '/chat/messages/a/b/',
        '/catalog/',
        '/ws/',
        '/ws/nope/',
      ])
        for (const method of ['GET', 'POST']) expectProblem(await ask(method, path, { as: 'ada' }), 404)
  })

  it('for a method that is not answered: 404 or 405', async () => {
    for (const [method, path] of [
      ['DELETE', '/chat/rooms/'],
      ['PUT', `/chat/rooms/${room_id}/`],
      ['DELETE', `/chat/rooms/${room_id}/`],
      ['PUT', `/chat/messages/${message_id}/`],
      ['DELETE', '/catalog/users/bo/'],
      ['POST', '/catalog/users/bo/'],
    ] as const) {
      const answer = await outsider.ask(method, path, { ...service, body: {} })
      expect(answer.status, `${method} ${path}`).toBeOneOf([404, 405])
      expectProblem(answer, answer.status)
    }
  })

  it('for a path that makes no sense: 400 or 404, never 500', async () => {
    const ids = ['1', '..%2f', '%00', '%', '%zz', '%ff', 'x'.repeat(200), 'undefined', `${room_id}%20`, `${room_id}'--`]
    for (const id of ids)
      for (const [method, path] of [
        ['GET', `/chat/rooms/${id}/`],
        ['PATCH', `/chat/rooms/${id}/`],
        ['GET', `/chat/messages/?room_id=${id}`],
        ['GET', `/chat/messages/${id}/`],
        ['PATCH', `/chat/messages/${id}/`],
        ['DELETE', `/chat/messages/${id}/`],
      ] as const) {
        const body = method === 'PATCH' ? { body: { order_status: 'active' } } : {}
        const answer = await outsider.ask(method, path, { as: 'ada', ...body })
        expect(answer.status, `${method} ${path}`).toBeOneOf([400, 404])
        expectProblem(answer, answer.status)
      }
  })

  it('for a query that does not match: 400', async () => {
    for (const query of [
      'limit=-1',
      'limit=0',
      'limit=101',
      'limit=1e9',
      'limit=x',
      'limit=1.5',
      'cursor=forged',
      'cursor=e30',
      'order_status=lost',
      'unread=perhaps',
    ])
      expectProblem(await outsider.list('ada', `?${query}`), 400)
    for (const query of [
      'limit=-1',
      'limit=0',
      'limit=201',
      'limit=1e9',
      'limit=x',
      'before_seq=-1',
      'after_seq=x',
      'after_rev=1.5',
      'after_rev=-1',
      'after_seq=99999999999999999999',
    ])
      expectProblem(await outsider.page('ada', room_id, `&${query}`), 400)
    expectProblem(await outsider.ask('GET', '/chat/messages/', { as: 'ada' }), 400)
    expectProblem(await outsider.page('ada', room_id, `&room_id=${room_id}`), 400)
  })
})

describe('A room that you are no party to and a room that does not exist give the same 404', () => {
  it('whatever one tries', async () => {
    const attempts = (id: string) => [
      outsider.room('mallory', id),
      outsider.step('mallory', id, 'active'),
      outsider.page('mallory', id),
      outsider.send('mallory', id, 'hi'),
      outsider.read('mallory', id, 1),
    ]
    const [foreign, nowhere] = await Promise.all([room_id, NOBODYS_ROOM].map((id) => Promise.all(attempts(id))))
    for (const answer of foreign ?? []) expectProblem(answer, 404, 'unknown_room')
    expect(foreign?.map((answer) => answer.text.replaceAll(room_id, 'ID'))).toEqual(
      nowhere?.map((answer) => answer.text.replaceAll(NOBODYS_ROOM, 'ID')),
    )
  })

  it('and so do its messages', async () => {
    const attempts = (id: string) => [
      outsider.message('mallory', id),
      outsider.edit('mallory', id, 'mine now'),
      outsider.remove('mallory', id),
    ]
    const [foreign, nowhere] = await Promise.all([message_id, NOBODYS_ROOM].map((id) => Promise.all(attempts(id))))
    for (const answer of foreign ?? []) expectProblem(answer, 404)
    expect(foreign?.map((answer) => answer.text.replaceAll(message_id, 'ID'))).toEqual(
      nowhere?.map((answer) => answer.text.replaceAll(NOBODYS_ROOM, 'ID')),
    )
  })

  it('on a socket the same close code 4404', async () => {
    for (const id of [room_id, NOBODYS_ROOM, 'not-a-uuid', '1']) {
      const line = exchange.room(id, 'mallory')
      expect(await line.closed()).toBe(4404)
      expect(line.frames).toEqual([])
    }
  })
})

describe('A JSON body is at most 64 KiB; unknown fields are refused', () => {
  it('64 KiB is taken, one byte more is 413', async () => {
    const padded = (bytes: number) => JSON.stringify({ room_id, body: 'padded' }).padEnd(bytes)
    const post = (raw: string) => outsider.ask('POST', '/chat/messages/', { as: 'ada', raw })
    expect((await post(padded(64 * 1024))).status).toBe(201)
    expectProblem(await post(padded(64 * 1024 + 1)), 413)
    for (const [method, path, , who] of bodied())
      expectProblem(await outsider.ask(method, path, { ...who, raw: ' '.repeat(70_000) }), 413)
  })

  it('a body without a length is counted too', async () => {
    const raw = JSON.stringify({ room_id, body: 'padded' }).padEnd(70_000)
    expectProblem(await outsider.ask('POST', '/chat/messages/', { as: 'ada', raw, chunked: true }), 413)
  })

  it('an unknown field is 400 in every body, with its name', async () => {
    for (const [method, path, body, who] of bodied())
      for (const field of ['is_new_order', 'room', 'sender_id', 'seq', 'kind', 'created_at']) {
        const answer = await outsider.ask(method, path, { ...who, body: { ...body, [field]: 1 } })
        if (field in body) continue
        expectBadBody(answer)
        expect(answer.text).toContain(field)
      }
    for (const field of ['order_status', 'is_new_order', 'room_id'])
      expectBadBody(await outsider.checkOut('ada', { [field]: 'new' }))
  })
})

describe('Browsers of ALLOWED_ORIGINS may ask, others may not read the answers', () => {
  const preflight = (path: string, origin: string, method: string) =>
    outsider.ask('OPTIONS', path, {
      headers: {
        origin,
        'access-control-request-method': method,
        'access-control-request-headers': 'authorization,content-type,idempotency-key',
      },
    })

  it('answers a preflight for every method and header that the interface needs', async () => {
    for (const [method, path] of [
      ['POST', '/chat/rooms/'],
      ['PATCH', `/chat/rooms/${room_id}/`],
      ['POST', '/chat/messages/'],
      ['DELETE', `/chat/messages/${message_id}/`],
    ] as const) {
      const { status, headers } = await preflight(path, stack.url, method)
      expect(status).toBeOneOf([200, 204])
      expect(headers['access-control-allow-origin']).toBe(stack.url)
      expect(headers['access-control-allow-methods']).toContain(method)
      const allowed = headers['access-control-allow-headers']?.toLowerCase()
      for (const name of ['authorization', 'content-type', 'idempotency-key']) expect(allowed).toContain(name)
    }
  })

  it('lets a browser read Location, Retry-After and X-Request-Id, also of errors', async () => {
    for (const as of ['ada', 'mallory']) {
      const { headers } = await outsider.ask('GET', `/chat/rooms/${room_id}/`, { as, headers: { origin: stack.url } })
      expect(headers['access-control-allow-origin']).toBe(stack.url)
      const exposed = headers['access-control-expose-headers']?.toLowerCase()
      for (const name of ['location', 'retry-after', 'x-request-id']) expect(exposed).toContain(name)
      expect(headers.vary?.toLowerCase()).toContain('origin')
    }
  })

  it('names no other origin', async () => {
    for (const origin of ['https://evil.example', 'null', `${stack.url}.evil.example`]) {
      expect((await preflight('/chat/rooms/', origin, 'POST')).headers['access-control-allow-origin']).toBeUndefined()
      const { headers } = await outsider.ask('GET', '/chat/rooms/', { as: 'ada', headers: { origin } })
      expect(headers['access-control-allow-origin']).toBeUndefined()
    }
  })
})

// The last of this file: nothing works behind it.
describe('503: a dependency is away, with Retry-After', () => {
  it('every operation says so within 10 s, sockets stay, and all is well again after', async () => {
    const line = await exchange.enter(room_id, 'ada')
    await stack.postgres.stop()
    const began = Date.now()
    const answers = await Promise.all([
      outsider.list('ada'),
      outsider.room('ada', room_id),
      outsider.checkOut('ada'),
      outsider.page('ada', room_id),
      outsider.send('ada', room_id, 'anyone?'),
    ])
    for (const answer of answers) expectProblem(answer, 503)
    expect(Date.now() - began).toBeLessThan(10_000)
    line.say({ type: 'message.send', client_message_id: 'during', body: 'anyone?' })
    expect(await line.next('error')).toMatchObject({ client_message_id: 'during' })
    await line.fence()
    await stack.postgres.restart()
    await until(async () => (await outsider.ask('GET', '/readyz')).status === 200, { within: 10_000 })
    expect((await outsider.ask('GET', '/chat/rooms/', { token: token('ada') })).status).toBe(200)
  })
})
