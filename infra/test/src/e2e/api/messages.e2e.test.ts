import type { Message } from '@farmgate/contracts/messages.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import postgres from 'postgres'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectBadBody, expectProblem, NOBODYS_ROOM, type Outsider, openOutsider, TIME, UUID } from './outsider.ts'

// The public interface, "Messages".

let stack: Stack
let outsider: Outsider
beforeAll(async () => {
  stack = await startStack({ instances: { 'messages-api': 2 } })
  outsider = openOutsider(stack)
  await outsider.offer('bo', 'tomatoes')
})
afterAll(() => stack.close())

/** A room with the order as its first message, and `count` more, written in turns. */
async function talk(customer: string, count = 0) {
  const { room_id } = (await outsider.checkOut(customer)).body
  const messages: Message[] = []
  for (let i = 0; i < count; i++)
    messages.push((await outsider.send(i % 2 ? 'bo' : customer, room_id, `message ${i + 2}`)).body)
  return { room_id, messages }
}
const seqs = (messages: Message[]) => messages.map((message) => message.seq)
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe('GET /chat/messages/', () => {
  let room_id: string
  beforeAll(async () => {
    const { room_id: id } = await talk('lister', 69)
    room_id = id
  })
  const page = async (query = '') => (await outsider.page('lister', room_id, query)).body

  it('with no bound the newest page, 50 by default, ascending by seq', async () => {
    const body = await page()
    expect(seqs(body.results)).toEqual(range(21, 70))
    expect(body).toMatchObject({ has_more: true, last_seq: 70, rev: 70, read: { customer_seq: 0, farmer_seq: 0 } })
    expect(Object.keys(body).sort()).toEqual(['has_more', 'last_seq', 'read', 'results', 'rev'])
  })

  it('limit 1 to 200', async () => {
    expect(seqs((await page('&limit=1')).results)).toEqual([70])
    expect(await page('&limit=200')).toMatchObject({ has_more: false, results: { length: 70 } })
    for (const limit of ['0', '201', '-1', 'x', '1.5'])
      expectProblem(await outsider.page('lister', room_id, `&limit=${limit}`), 400)
  })

  it('before_seq: the newest page below it', async () => {
    expect(seqs((await page('&before_seq=21&limit=15')).results)).toEqual(range(6, 20))
    expect((await page('&before_seq=21&limit=15')).has_more).toBe(true)
    expect(await page('&before_seq=16&limit=15')).toMatchObject({ has_more: false, results: { length: 15 } })
    expect(await page('&before_seq=1')).toMatchObject({ has_more: false, results: [], last_seq: 70 })
    expect(seqs((await page('&before_seq=1000&limit=2')).results)).toEqual([69, 70])
  })

  it('after_seq: the oldest page above it', async () => {
    expect(seqs((await page('&after_seq=0&limit=3')).results)).toEqual([1, 2, 3])
    expect((await page('&after_seq=0&limit=3')).has_more).toBe(true)
    expect(await page('&after_seq=67&limit=3')).toMatchObject({ has_more: false, results: { length: 3 } })
    expect(await page('&after_seq=70')).toMatchObject({ has_more: false, results: [] })
    expect(await page('&after_seq=1000')).toMatchObject({ has_more: false, results: [] })
  })

  it('walked backwards and forwards it is the same whole', async () => {
    const forwards: number[] = []
    for (let more = true; more; ) {
      const body = await page(`&limit=13&after_seq=${forwards.at(-1) ?? 0}`)
      forwards.push(...seqs(body.results))
      more = body.has_more
    }
    const backwards: number[] = []
    for (let more = true; more; ) {
      const body = await page(`&limit=13&before_seq=${backwards[0] ?? 71}`)
      backwards.unshift(...seqs(body.results))
      more = body.has_more
    }
    expect(forwards).toEqual(range(1, 70))
    expect(backwards).toEqual(range(1, 70))
  })

  it('room_id is required, and must be a room of the caller', async () => {
    expectProblem(await outsider.ask('GET', '/chat/messages/', { as: 'lister' }), 400)
    expectProblem(await outsider.page('lister', NOBODYS_ROOM), 404, 'unknown_room')
    expectProblem(await outsider.page('mallory', room_id), 404, 'unknown_room')
    expect((await outsider.page('lister', room_id.toUpperCase(), '&limit=1')).status).toBe(200)
  })
})

describe('after_rev', () => {
  it('gives every message created or changed since, ascending by rev, each once as it is now', async () => {
    const { room_id, messages } = await talk('rita', 5)
    const [two, three, four] = messages
    await outsider.edit('rita', two?.message_id ?? '', 'edited') // rev 7
    await outsider.remove('bo', three?.message_id ?? '') // rev 8
    await outsider.edit('rita', four?.message_id ?? '', 'once') // rev 9
    await outsider.edit('rita', four?.message_id ?? '', 'twice') // rev 10
    const since = async (rev: number, query = '') =>
      (await outsider.page('rita', room_id, `&after_rev=${rev}${query}`)).body
    const shown = (all: Message[]) => all.map((it) => [it.rev, it.seq, it.body])
    const all = await since(0)
    expect(all).toMatchObject({ rev: 10, last_seq: 6, has_more: false })
    expect(shown(all.results)).toEqual([
      [1, 1, expect.stringContaining('Hello!')],
      [5, 5, 'message 5'],
      [6, 6, 'message 6'],
      [7, 2, 'edited'],
      [8, 3, ''],
      [10, 4, 'twice'],
    ])
    expect(shown((await since(6)).results)).toEqual(shown(all.results).slice(3))
    expect(shown((await since(9)).results)).toEqual([[10, 4, 'twice']])
    expect(await since(10)).toMatchObject({ results: [], has_more: false, rev: 10 })
    expect(await since(5, '&limit=2')).toMatchObject({ has_more: true, results: [{ rev: 6 }, { rev: 7 }] })
    const walked: number[] = []
    for (let more = true; more; ) {
      const body = await since(walked.at(-1) ?? 0, '&limit=2')
      walked.push(...body.results.map((message) => message.rev))
      more = body.has_more
    }
    expect(walked).toEqual([1, 5, 6, 7, 8, 10])
  })
})

describe('POST /chat/messages/', () => {
  it('201 and the Message, every field of it', async () => {
    const { room_id } = await talk('sue')
    const { status, body } = await outsider.send('sue', room_id, 'Friday?', { client_message_id: 'c-1' })
    expect(status).toBe(201)
    expect(body).toEqual({
      message_id: UUID,
      room_id,
      seq: 2,
      rev: 2,
      kind: 'text',
      sender_id: 'sue',
      body: 'Friday?',
      images: [],
      client_message_id: 'c-1',
      is_read: false,
      order_status: null,
      created_at: TIME,
      edited_at: null,
      deleted_at: null,
    })
    for (const user of ['sue', 'bo']) {
      expect((await outsider.page(user, room_id)).body.results[1]).toEqual(body)
      expect((await outsider.message(user, body.message_id)).body).toEqual(body)
    }
  })

  it('without a client_message_id each send is a message of its own', async () => {
    const { room_id } = await talk('tam')
    const sent = [await outsider.send('tam', room_id, 'x'), await outsider.send('tam', room_id, 'x')]
    expect(sent.map(({ status, body }) => [status, body.seq])).toEqual([
      [201, 2],
      [201, 3],
    ])
  })

  it('the same client_message_id again is 200 and the same Message, once in the history', async () => {
    const { room_id } = await talk('uma')
    const first = await outsider.send('uma', room_id, 'x', { client_message_id: 'id' })
    for (const body of ['x', 'something else', ' x ']) {
      const again = await outsider.send('uma', room_id, body, { client_message_id: 'id' })
      expect(again).toMatchObject({ status: 200, body: first.body })
    }
    expect((await outsider.page('uma', room_id)).body.last_seq).toBe(2)
  })

  it('the same one from the other party, and in another room, is another message', async () => {
    const [one, two] = [await talk('val'), await talk('vio')]
    const sent = await Promise.all([
      outsider.send('val', one.room_id, 'a', { client_message_id: 'id' }),
      outsider.send('bo', one.room_id, 'b', { client_message_id: 'id' }),
      outsider.send('bo', two.room_id, 'c', { client_message_id: 'id' }),
    ])
    expect(sent.map(({ status, body }) => [status, body.body])).toEqual([
      [201, 'a'],
      [201, 'b'],
      [201, 'c'],
    ])
  })

  it('100 times at once over two instances: one 201, one message', async () => {
    const { room_id } = await talk('wim')
    const send = () => outsider.send('wim', room_id, 'x', { client_message_id: 'id' })
    const answers = await Promise.all(Array.from({ length: 100 }, send))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(99)
    expect(new Set(answers.map(({ body }) => body.message_id)).size).toBe(1)
    expect((await outsider.page('wim', room_id)).body).toMatchObject({ last_seq: 2, rev: 2, results: { length: 2 } })
  })

  it('repeated after an edit or a deletion: still the same message, as it is now', async () => {
    const { room_id } = await talk('xia')
    const { body } = await outsider.send('xia', room_id, 'x', { client_message_id: 'id' })
    await outsider.edit('xia', body.message_id, 'y')
    const edited = await outsider.send('xia', room_id, 'x', { client_message_id: 'id' })
    expect(edited).toMatchObject({ status: 200, body: { message_id: body.message_id, body: 'y', rev: 3 } })
    await outsider.remove('xia', body.message_id)
    const deleted = await outsider.send('xia', room_id, 'x', { client_message_id: 'id' })
    expect(deleted).toMatchObject({ status: 200, body: { message_id: body.message_id, body: '', deleted_at: TIME } })
    expect((await outsider.page('xia', room_id)).body.last_seq).toBe(2)
  })

  it('seq and rev have no gaps, whoever writes at once, through whichever instance', async () => {
    const { room_id } = await talk('yul')
    const sent = await Promise.all(range(1, 60).map((i) => outsider.send(i % 2 ? 'yul' : 'bo', room_id, `${i}`)))
    expect(seqs(sent.map(({ body }) => body)).sort((a, b) => a - b)).toEqual(range(2, 61))
    const { results, rev } = (await outsider.page('yul', room_id, '&limit=200')).body
    expect(seqs(results)).toEqual(range(1, 61))
    expect(results.map((message) => message.rev)).toEqual(range(1, 61))
    expect(rev).toBe(61)
  })

  it('read your own writes: what was acknowledged is in the next read, through any instance', async () => {
    const { room_id } = await talk('zoe')
    const direct = outsider.at(stack.urls['messages-api'])
    for (let seq = 2; seq < 22; seq++) {
      const { body } = await outsider.send('zoe', room_id, `${seq}`)
      const pages = await Promise.all([outsider, direct, direct, direct].map((it) => it.page('zoe', room_id)))
      for (const page of pages) expect(page.body.results.at(-1)).toEqual(body)
    }
  })

  it('a body of 1 to 4,000 characters after trimming', async () => {
    const { room_id } = await talk('abe')
    for (const [given, stored] of [
      ['x', 'x'],
      ['  two words \n', 'two words'],
      ['x'.repeat(4_000), 'x'.repeat(4_000)],
      [`  ${'x'.repeat(4_000)}  `, 'x'.repeat(4_000)],
      ['日'.repeat(4_000), '日'.repeat(4_000)],
      ['a\n\n b', 'a\n\n b'],
    ] as const)
      expect(await outsider.send('abe', room_id, given)).toMatchObject({ status: 201, body: { body: stored } })
    for (const body of [
      '',
      ' ',
      '\n\t ',
      '\u00a0',
      'x'.repeat(4_001),
      'a\0b',
      '\ud800',
      'x\udc00y',
      5,
      null,
      {},
      ['x'],
    ])
      expectBadBody(await outsider.send('abe', room_id, body as string), 'body')
    expectBadBody(await outsider.ask('POST', '/chat/messages/', { as: 'abe', body: { room_id } }))
    expectBadBody(await outsider.send('abe', room_id, '', { image_ids: [] }))
  })

  it('what looks like something else is stored as it is', async () => {
    const { room_id } = await talk('ben')
    for (const body of [
      '<script>alert(1)</script>',
      "'; drop table messages.messages; --",
      '\u202eevil',
      '{{7*7}} <%= 1 %>',
      '%00 \\0',
      '{"type":"welcome"}',
    ]) {
      const sent = (await outsider.send('ben', room_id, body)).body
      expect(sent.body).toBe(body)
      expect((await outsider.message('bo', sent.message_id)).body.body).toBe(body)
    }
  })

  it('400 for what does not match', async () => {
    const { room_id } = await talk('cat')
    for (const client_message_id of ['', 'x'.repeat(65), 5, null, {}, 'a\0'])
      expectBadBody(await outsider.send('cat', room_id, 'x', { client_message_id }), 'client_message_id')
    expect((await outsider.send('cat', room_id, 'x', { client_message_id: 'x'.repeat(64) })).status).toBe(201)
    for (const image_ids of [
      'x',
      [1],
      ['not-a-uuid'],
      null,
      {},
      range(1, 11).map((i) => NOBODYS_ROOM.replace(/..$/, `${i + 10}`)),
    ])
      expectBadBody(await outsider.send('cat', room_id, 'x', { image_ids }), 'image_ids')
    for (const id of ['x', 5, null, `${room_id}0`])
      expectBadBody(await outsider.send('cat', id as string, 'x'), 'room_id')
    for (const field of ['sender_id', 'seq', 'kind', 'created_at', 'rev', 'order_status', 'images', 'is_read'])
      expectBadBody(await outsider.send('cat', room_id, 'x', { [field]: 'order_placed' }))
    expect((await outsider.page('cat', room_id)).body.last_seq).toBe(2)
  })

  it('an image that is not there is refused', async () => {
    const { room_id } = await talk('dan')
    expectProblem(await outsider.send('dan', room_id, 'x', { image_ids: [NOBODYS_ROOM] }), 404)
    expect((await outsider.page('dan', room_id)).body.last_seq).toBe(1)
  })
})

describe('GET /chat/messages/{message_id}/', () => {
  it('by both parties; 404 for a stranger and for what is not there', async () => {
    const { messages } = await talk('eli', 1)
    const id = messages[0]?.message_id ?? ''
    for (const user of ['eli', 'bo'])
      expect(await outsider.message(user, id)).toMatchObject({ status: 200, body: messages[0] })
    expectProblem(await outsider.message('mallory', id), 404)
    expectProblem(await outsider.message('eli', NOBODYS_ROOM), 404)
  })
})

describe('PATCH /chat/messages/{message_id}/', () => {
  it('by its sender: the same seq, a new rev, edited_at', async () => {
    const { room_id, messages } = await talk('fox', 2)
    const [sent] = messages
    const answer = await outsider.edit('fox', sent?.message_id ?? '', '  Saturday? ')
    expect(answer).toMatchObject({ status: 200, body: { ...sent, body: 'Saturday?', rev: 4, edited_at: TIME } })
    for (const user of ['fox', 'bo']) {
      expect((await outsider.message(user, sent?.message_id ?? '')).body).toEqual(answer.body)
      expect((await outsider.page(user, room_id)).body).toMatchObject({ last_seq: 3, rev: 4 })
    }
  })

  it('403 for the other party and for system kinds, 404 for a stranger', async () => {
    const { room_id, messages } = await talk('gil', 1)
    await outsider.step('bo', room_id, 'active')
    const [placed, , moved] = (await outsider.page('gil', room_id)).body.results
    expectProblem(await outsider.edit('bo', messages[0]?.message_id ?? '', 'x'), 403)
    expectProblem(await outsider.edit('mallory', messages[0]?.message_id ?? '', 'x'), 404)
    for (const user of ['gil', 'bo'])
      for (const system of [placed, moved]) expectProblem(await outsider.edit(user, system?.message_id ?? '', 'x'), 403)
    expectProblem(await outsider.edit('mallory', placed?.message_id ?? '', 'x'), 404)
    expectProblem(await outsider.edit('gil', NOBODYS_ROOM, 'x'), 404)
    expect((await outsider.page('gil', room_id)).body.rev).toBe(3)
  })

  it('400 for a body that could not have been sent', async () => {
    const { messages } = await talk('hui', 1)
    for (const body of ['', ' ', 'x'.repeat(4_001), 'a\0', '\ud800', 5, null])
      expectBadBody(await outsider.edit('hui', messages[0]?.message_id ?? '', body), 'body')
  })

  it('within 15 minutes; then 409 edit_window_over, while it can still be deleted', async () => {
    const { messages } = await talk('ida', 1)
    const id = messages[0]?.message_id ?? ''
    const sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
    const age = (minutes: number) =>
      sql`update messages.messages set created_at = now() - make_interval(mins => ${minutes}) where message_id = ${id}`
    await age(14)
    expect((await outsider.edit('ida', id, 'in time')).status).toBe(200)
    await age(16)
    await sql.end()
    expectProblem(await outsider.edit('ida', id, 'too late'), 409, 'edit_window_over')
    expect((await outsider.message('ida', id)).body.body).toBe('in time')
    expect((await outsider.remove('ida', id)).status).toBe(204)
  })

  it('what is deleted cannot be edited: 409', async () => {
    const { messages } = await talk('jan', 1)
    const id = messages[0]?.message_id ?? ''
    await outsider.remove('jan', id)
    expectProblem(await outsider.edit('jan', id, 'back'), 409)
    expect((await outsider.message('jan', id)).body.body).toBe('')
  })
})

describe('DELETE /chat/messages/{message_id}/', () => {
  it('204, a tombstone at the same seq, a new rev', async () => {
    const { room_id, messages } = await talk('kat', 3)
    const [sent] = messages
    const answer = await outsider.remove('kat', sent?.message_id ?? '')
    expect([answer.status, answer.text]).toEqual([204, ''])
    const tombstone = { ...sent, body: '', images: [], rev: 5, deleted_at: TIME }
    for (const user of ['kat', 'bo']) {
      expect(await outsider.message(user, sent?.message_id ?? '')).toMatchObject({ status: 200, body: tombstone })
      const { results, last_seq, rev } = (await outsider.page(user, room_id)).body
      expect([seqs(results), last_seq, rev]).toEqual([range(1, 4), 4, 5])
      expect(results[1]).toMatchObject(tombstone)
    }
  })

  it('204 also for a client that names a content type on every request', async () => {
    const { messages } = await talk('kit', 2)
    for (const [i, raw] of [undefined, ''].entries()) {
      const [user, { message_id = '' } = {}] = [['kit', 'bo'][i], messages[i]]
      const asking = {
        token: token(user ?? ''),
        headers: { 'content-type': 'application/json' },
        ...(raw === '' && { raw }),
      }
      expect((await outsider.ask('DELETE', `/chat/messages/${message_id}/`, asking)).status).toBe(204)
    }
  })

  it('again: 204, and nothing more happens', async () => {
    const { room_id, messages } = await talk('lin', 1)
    const id = messages[0]?.message_id ?? ''
    await outsider.remove('lin', id)
    const before = (await outsider.message('lin', id)).body
    expect((await outsider.remove('lin', id)).status).toBe(204)
    expect((await outsider.message('lin', id)).body).toEqual(before)
    expect((await outsider.page('lin', room_id)).body.rev).toBe(3)
  })

  it('403 for the other party and for system kinds, 404 for a stranger', async () => {
    const { room_id, messages } = await talk('may', 1)
    await outsider.step('bo', room_id, 'active')
    const [placed, , moved] = (await outsider.page('may', room_id)).body.results
    expectProblem(await outsider.remove('bo', messages[0]?.message_id ?? ''), 403)
    expectProblem(await outsider.remove('mallory', messages[0]?.message_id ?? ''), 404)
    for (const user of ['may', 'bo'])
      for (const system of [placed, moved]) expectProblem(await outsider.remove(user, system?.message_id ?? ''), 403)
    expectProblem(await outsider.remove('may', NOBODYS_ROOM), 404)
  })

  it('no trace of what was written is left in what anyone can read', async () => {
    const { room_id } = await talk('nat')
    const { body } = await outsider.send('nat', room_id, 'regretted-words')
    await outsider.remove('nat', body.message_id)
    await until(async () => !(await outsider.list('bo')).text.includes('regretted-words'))
    expect((await outsider.page('bo', room_id, '&after_rev=0')).text).not.toContain('regretted-words')
  })
})

describe('POST /chat/messages/read/', () => {
  it('moves the caller’s marker forward, never back, never past last_seq', async () => {
    const { room_id } = await talk('pax', 4)
    const read = async (user: string, seq: number) => (await outsider.read(user, room_id, seq)).body
    const markers = async () => (await outsider.page('pax', room_id)).body.read
    expect(await outsider.read('pax', room_id, 3)).toMatchObject({ status: 200, body: { seq: 3 } })
    expect(await read('pax', 2)).toEqual({ seq: 3 })
    expect(await read('pax', 0)).toEqual({ seq: 3 })
    expect(await markers()).toEqual({ customer_seq: 3, farmer_seq: 0 })
    expect(await read('bo', 1_000)).toEqual({ seq: 5 })
    expect(await markers()).toEqual({ customer_seq: 3, farmer_seq: 5 })
    const racing = await Promise.all([4, 1, 5, 2, 3].map((seq) => read('pax', seq)))
    for (const { seq } of racing) expect(seq).toBeOneOf([3, 4, 5])
    expect(await markers()).toEqual({ customer_seq: 5, farmer_seq: 5 })
  })

  it('is_read: the other party’s marker has reached it, whoever asks', async () => {
    const { room_id } = await talk('ray', 4)
    await outsider.read('bo', room_id, 3)
    await outsider.read('ray', room_id, 3)
    for (const user of ['ray', 'bo']) {
      const { results } = (await outsider.page(user, room_id)).body
      expect(results.map((message) => [message.sender_id, message.is_read])).toEqual([
        ['ray', true],
        ['ray', true],
        ['bo', true],
        ['ray', false],
        ['bo', false],
      ])
    }
  })

  it('reading changes no message and no rev', async () => {
    const { room_id } = await talk('sid', 1)
    await outsider.read('bo', room_id, 2)
    expect((await outsider.page('sid', room_id)).body).toMatchObject({ rev: 2, last_seq: 2 })
  })

  it('400 for what is no seq, 404 for a stranger', async () => {
    const { room_id } = await talk('ted')
    for (const seq of [-1, '1', 1.5, null, true, {}]) expectBadBody(await outsider.read('ted', room_id, seq), 'seq')
    expectProblem(await outsider.read('mallory', room_id, 1), 404, 'unknown_room')
    expectProblem(await outsider.read('ted', NOBODYS_ROOM, 1), 404, 'unknown_room')
  })
})
