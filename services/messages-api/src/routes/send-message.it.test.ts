import { message } from '@farmgate/contracts/messages.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { v4 as uuid } from 'uuid'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { append } from '../append.ts'
import { anOpenRoom, ask, CUSTOMER, FARMER, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
})
afterAll(() => rig.close())

const send = (user: string | null, body: unknown, instance = 0) => {
  const at = rig.instances[instance]
  if (!at) throw new Error(`no instance ${instance}`)
  return ask(at, user, 'POST', '/chat/messages/', body)
}

describe('works', () => {
  it('answers 201 and the message, numbered', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const first = await send(CUSTOMER, { room_id, body: '  Friday?  ' })
    expect(first.status).toBe(201)
    expect(message.parse(first.body)).toMatchObject({
      seq: 1,
      rev: 1,
      kind: 'text',
      sender_id: CUSTOMER,
      body: 'Friday?',
    })
    expect((await send(FARMER, { room_id, body: 'Yes.' })).body).toMatchObject({ seq: 2, rev: 2, is_read: false })
  })

  it('says the same client_message_id once: 200 and the same message, through any instance', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const sent = { room_id, body: 'Friday?', client_message_id: uuid() }
    const first = await send(CUSTOMER, sent)
    const again = await send(CUSTOMER, sent, 1)
    expect([first.status, again.status]).toEqual([201, 200])
    expect(again.body).toEqual(first.body)
  })

  it('keeps one message of 100 equal sends at once over two instances', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const sent = { room_id, body: 'Friday?', client_message_id: uuid() }
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => send(CUSTOMER, sent, i % 2)))
    expect(answers.filter((it) => it.status === 201)).toHaveLength(1)
    expect(answers.filter((it) => it.status === 200)).toHaveLength(99)
    expect(await rig.admin`select seq from messages.messages where room_id = ${room_id}`).toEqual([{ seq: 1 }])
  })

  it('takes the same client_message_id of another sender as another message', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const sent = { room_id, body: 'Friday?', client_message_id: 'one' }
    expect((await send(CUSTOMER, sent)).status).toBe(201)
    expect((await send(FARMER, sent)).status).toBe(201)
  })

  it.each([
    '<script>alert(1)</script>',
    "'); drop table messages.messages; --",
    '\u202Etxt.exe',
    '👩‍🌾'.repeat(200),
    'a\\"b\n{c}',
    'x'.repeat(4000),
    '😀'.repeat(4000),
  ])('stores text as it is: %#', async (body) => {
    const room_id = anOpenRoom(rig.rooms)
    expect((await send(CUSTOMER, { room_id, body })).body).toMatchObject({ body })
  })
})

describe('refuses', () => {
  it.each([
    ['empty', { body: '' }],
    ['blanks', { body: ' \n ' }],
    ['4,001 characters', { body: 'x'.repeat(4001) }],
    ['4,001 wide characters', { body: '😀'.repeat(4001) }],
    ['NUL', { body: 'a\0b' }],
    ['a lone surrogate', '{"room_id":"ROOM","body":"\\ud800"}'],
    ['a body that is no string', { body: 5 }],
    ['sender_id', { body: 'x', sender_id: FARMER }],
    ['seq', { body: 'x', seq: 1 }],
    ['kind', { body: 'x', kind: 'order_status' }],
    ['created_at', { body: 'x', created_at: '2020-01-01T00:00:00.000Z' }],
    ['eleven images', { image_ids: Array.from({ length: 11 }, () => uuid()) }],
    [
      'the same image twice',
      { image_ids: ['8f7c1a52-9d35-4a35-8d2b-5d0c5ef4f001', '8f7c1a52-9d35-4a35-8d2b-5d0c5ef4f001'] },
    ],
    ['a client_message_id of 65 characters', { body: 'x', client_message_id: 'x'.repeat(65) }],
    ['a room that is no UUID', { room_id: '1', body: 'x' }],
  ])('%s: 400', async (_, body) => {
    const room_id = anOpenRoom(rig.rooms)
    const sent = typeof body === 'string' ? body.replace('ROOM', room_id) : { room_id, ...body }
    const answer = await send(CUSTOMER, sent)
    expect(answer.status).toBe(400)
    expect(answer.body).toMatchObject({ code: 'invalid_body' })
    expect(await rig.admin`select from messages.messages where room_id = ${room_id}`).toHaveLength(0)
  })

  it('an image that nobody uploaded: 404 unknown_image', async () => {
    const room_id = anOpenRoom(rig.rooms)
    const answer = await send(CUSTOMER, { room_id, image_ids: [uuid()] })
    expect([answer.status, answer.body]).toMatchObject([404, { code: 'unknown_image' }])
  })
})

describe('who may', () => {
  it('no token: 401', async () => {
    expect((await send(null, { room_id: uuid(), body: 'x' })).status).toBe(401)
  })

  it('a stranger, in a room that is there or not: the same 404', async () => {
    const there = await send('mallory', { room_id: anOpenRoom(rig.rooms), body: 'x' })
    const nowhere = await send('mallory', { room_id: uuid(), body: 'x' })
    expect(there.status).toBe(404)
    expect(there.body).toEqual(nowhere.body)
  })

  it("the marketplace's backend: 403, even under a party's name", async () => {
    const room_id = anOpenRoom(rig.rooms)
    const answer = await send(serviceToken(), { room_id, body: 'x' })
    expect([answer.status, answer.body]).toMatchObject([403, { code: 'forbidden' }])
    expect((await send(token(CUSTOMER, { role: 'service' }), { room_id, body: 'x' })).status).toBe(403)
  })
})

it('a room that someone keeps locked is 503, and its neighbours in the batch are stored', async () => {
  const [locked, free] = [anOpenRoom(rig.rooms), anOpenRoom(rig.rooms)]
  for (const room_id of [locked, free]) await send(CUSTOMER, { room_id, body: 'first' })
  const held = rig.instances[0]
  if (!held) throw new Error('no instance')
  const sendToBoth = () => append(held, [locked, free].map(aText), '')
  const aText = (room_id: string) => ({
    room_id,
    sender_id: CUSTOMER,
    client_message_id: uuid(),
    body: 'second',
    image_ids: [],
  })
  await rig.admin.begin(async (tx) => {
    await tx`select from messages.rooms where room_id = ${locked} for update`
    const began = Date.now()
    expect((await sendToBoth()).map((it) => it.outcome)).toEqual(['refused', 'stored'])
    // The batch waits for the lock once, not once for each of its rooms or tries (lock_timeout is 1.5 s).
    expect(Date.now() - began).toBeLessThan(2_500)
    // Those after it do not wait: ten would take 15 s.
    for (let batch = 0; batch < 10; batch++)
      expect((await sendToBoth()).map((it) => it.outcome)).toEqual(['refused', 'stored'])
    expect(Date.now() - began).toBeLessThan(10_000)
  })
  expect((await sendToBoth()).map((it) => it.outcome)).toEqual(['stored', 'stored'])
})

it('what was said after a send that may come again does not overtake it, where images make a room go step by step', async () => {
  const room_id = anOpenRoom(rig.rooms)
  await send(CUSTOMER, { room_id, body: 'first' })
  const [held] = rig.instances
  if (!held) throw new Error('no instance')
  const aSend = (body: string, image_ids: string[] = []) => ({
    ...{ room_id, sender_id: CUSTOMER, client_message_id: uuid() },
    ...{ body, image_ids },
  })
  const results = await rig.admin.begin(async (tx) => {
    await tx`select from messages.rooms where room_id = ${room_id} for update`
    return append(held, [aSend('second'), aSend('third', [uuid()]), aSend('fourth')], '')
  })
  expect(results.map((it) => it.outcome === 'refused' && it.refusal.name)).toEqual(Array(3).fill('DependencyAway'))
  expect(await rig.admin`select from messages.messages where room_id = ${room_id}`).toHaveLength(1)
})
