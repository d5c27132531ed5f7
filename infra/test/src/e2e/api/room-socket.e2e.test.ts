import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Exchange, openExchange, type RoomLine } from './line.ts'
import { expectProblem, NOBODYS_ROOM, type Outsider, openOutsider, TIME, UUID } from './outsider.ts'

// The public interface, "The room socket: /ws/chat/{room_id}/". What takes an unusual gateway is in sockets-under-strain.

let stack: Stack
let outsider: Outsider
let exchange: Exchange
beforeAll(async () => {
  stack = await startStack({ instances: { 'messages-api': 2, 'ws-gateway': 2 } })
  outsider = openOutsider(stack)
  exchange = openExchange(stack.wsUrl)
  await outsider.offer('bo', 'tomatoes')
})
afterEach(() => exchange.hangUpAll())
afterAll(() => stack.close())

const open = async (customer: string) => (await outsider.checkOut(customer)).body.room_id
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const say = (line: RoomLine, client_message_id: string, body = client_message_id) =>
  line.say({ type: 'message.send', client_message_id, body })
const acknowledged = async (line: RoomLine, client_message_id: string) =>
  (await line.next('message.created', (frame) => frame.message.client_message_id === client_message_id)).message
/** The frames that carry a rev, in the order they came. */
const changes = (line: RoomLine) => line.frames.flatMap((frame) => ('message' in frame ? [frame.message] : []))
/** Sockets of both parties, some on each gateway: the kernel spreads connections by chance. */
const many = (room_id: string, user: string) => Promise.all(range(1, 6).map(() => exchange.enter(room_id, user)))

describe('The handshake', () => {
  let room_id: string
  beforeAll(async () => {
    room_id = await open('ann')
  })

  it('a token in the subprotocols: the server answers farmgate.v1, never the token', async () => {
    const line = await exchange.enter(room_id, 'ann')
    expect(line.socket.protocol).toBe('farmgate.v1')
    const swapped = await exchange.enter(room_id, 'ann', {
      protocols: [`${BEARER_PREFIX}${token('ann')}`, SUBPROTOCOL],
    })
    expect(swapped.socket.protocol).toBe('farmgate.v1')
  })

  it('an Authorization header, with and without the subprotocol', async () => {
    const headers = { authorization: `Bearer ${token('ann')}` }
    const line = await exchange.enter(room_id, 'ann', { protocols: [], headers })
    expect(line.socket.protocol).toBe('')
    expect((await exchange.enter(room_id, 'ann', { protocols: [SUBPROTOCOL], headers })).socket.protocol).toBe(
      SUBPROTOCOL,
    )
  })

  it('?token= where WS_QUERY_TOKEN=true', async () => {
    await exchange.enter(room_id, 'ann', { protocols: [], query: `?token=${token('ann')}` })
    await exchange.enter(room_id, 'ann', { protocols: [SUBPROTOCOL], query: `?after_rev=0&token=${token('ann')}` })
  })

  it('in this order of preference: the first one there counts, good or bad', async () => {
    const [good, bad] = [token('ann'), token('ann', { secret: 'another' })]
    const with_ = (protocol: string | null, header: string | null, query: string) => ({
      protocols: protocol === null ? [SUBPROTOCOL] : [SUBPROTOCOL, `${BEARER_PREFIX}${protocol}`],
      headers: header === null ? {} : { authorization: `Bearer ${header}` },
      query: `?token=${query}`,
    })
    await exchange.enter(room_id, 'ann', with_(good, bad, bad))
    await exchange.enter(room_id, 'ann', with_(null, good, bad))
    expect(await exchange.room(room_id, 'ann', with_(bad, good, good)).closed()).toBe(4401)
    expect(await exchange.room(room_id, 'ann', with_(null, bad, good)).closed()).toBe(4401)
  })

  it('no, bad or expired token: through the handshake, then 4401 at once, without a frame', async () => {
    for (const dialling of [
      { protocols: [SUBPROTOCOL] },
      { protocols: [] },
      { protocols: [SUBPROTOCOL, BEARER_PREFIX] },
      { token: 'nonsense' },
      { token: token('ann', { exp: nowS() - 10 }) },
      { token: token('ann', { secret: 'another' }) },
    ]) {
      const line = exchange.room(room_id, 'ann', dialling)
      expect(await line.closed()).toBe(4401)
      expect([line.frames, line.refused]).toEqual([[], undefined])
    }
  })

  it('4401 before 4404: without a token nobody learns which rooms exist', async () => {
    for (const id of [room_id, NOBODYS_ROOM, 'x'])
      expect(await exchange.room(id, 'ann', { protocols: [SUBPROTOCOL] }).closed()).toBe(4401)
  })

  it('no such room for you: 4404 at once, for another’s, none, and what is no UUID', async () => {
    for (const id of [room_id, NOBODYS_ROOM, '1', 'x'.repeat(200), '%00', '..%2f', `${room_id}x`]) {
      const line = exchange.room(id, 'mallory')
      expect(await line.closed(), id).toBe(4404)
      expect(line.frames).toEqual([])
    }
  })

  it('an Origin must be on ALLOWED_ORIGINS: else HTTP 403; no Origin is no browser', async () => {
    for (const origin of [
      'https://evil.example',
      'null',
      `${stack.url}.evil.example`,
      stack.url.replace('http', 'https'),
    ]) {
      const line = exchange.room(room_id, 'ann', { headers: { origin } })
      await line.closed()
      expect([line.refused, line.frames], origin).toEqual([403, []])
    }
    await exchange.enter(room_id, 'ann', { headers: { origin: stack.url } })
  })

  it('a plain GET is 426; an upgrade of anything else is no session', async () => {
    expectProblem(await outsider.ask('GET', `/ws/chat/${room_id}/`, { as: 'ann' }), 426)
    for (const path of [
      '/healthz',
      '/chat/rooms/',
      `/chat/rooms/${room_id}/`,
      '/',
      '/ws/',
      '/ws/nope/',
      '/internal/x/',
    ]) {
      const line = exchange.dial<{ type: string }>(path, 'ann')
      await line.closed()
      expect(line.frames).toEqual([])
      expect(line.refused ?? line.code, path).not.toBe(101)
    }
  })

  it('welcome is the first frame, with every field of it', async () => {
    const line = await exchange.enter(room_id, 'ann')
    expect(line.frames[0]).toEqual({
      type: 'welcome',
      room_id,
      user_id: 'ann',
      last_seq: 1,
      rev: 1,
      read: { customer_seq: 0, farmer_seq: 0 },
      online: expect.any(Array),
      order_status: 'new',
      heartbeat_s: 20,
    })
  })

  it('welcome is the first frame also while the room is being written to', async () => {
    const id = await open('abby')
    const writer = await exchange.enter(id, 'abby')
    const lines = range(1, 30).map((i) => {
      say(writer, `busy-${i}`)
      return exchange.room(id, 'bo')
    })
    await acknowledged(writer, 'busy-30')
    for (const line of lines) {
      const { rev } = await line.next('welcome')
      expect(line.frames[0]?.type).toBe('welcome')
      await until(() => rev === 31 || changes(line).at(-1)?.rev === 31)
      expect(changes(line).map((message) => message.rev)).toEqual(range(rev + 1, 31))
    }
  })

  it('welcome of a room that was asked about only', async () => {
    const { room_id: asked } = (await outsider.checkOut('andy', { is_post_checkout: false })).body
    const line = await exchange.enter(asked, 'andy')
    expect(line.frames[0]).toMatchObject({ last_seq: 0, rev: 0, order_status: null })
  })
})

describe('message.send', () => {
  it('message.created to every socket of the room, the sender’s too, as Postgres has it', async () => {
    const room_id = await open('bea')
    const lines = [...(await many(room_id, 'bea')), ...(await many(room_id, 'bo'))]
    const [writer] = lines
    if (!writer) throw new Error('no socket')
    writer.say({ type: 'message.send', client_message_id: 'c-1', body: '  Friday? ', image_ids: [] })
    const message = await acknowledged(writer, 'c-1')
    expect(message).toEqual({
      message_id: UUID,
      room_id,
      seq: 2,
      rev: 2,
      kind: 'text',
      sender_id: 'bea',
      body: 'Friday?',
      images: [],
      client_message_id: 'c-1',
      is_read: false,
      order_status: null,
      created_at: TIME,
      edited_at: null,
      deleted_at: null,
    })
    expect((await outsider.message('bo', message.message_id)).body).toEqual(message)
    for (const line of lines) expect(await acknowledged(line, 'c-1')).toEqual(message)
    for (const line of lines) {
      await line.fence()
      expect(line.all('message.created')).toHaveLength(1)
    }
  })

  it('sends of one socket keep their order, without a gap in seq or rev', async () => {
    const room_id = await open('bia')
    const [customer, farmer] = [await exchange.enter(room_id, 'bia'), await exchange.enter(room_id, 'bo')]
    for (const i of range(1, 200)) {
      say(customer, `c-${i}`)
      say(farmer, `f-${i}`)
    }
    await Promise.all([customer, farmer].map((line) => until(() => changes(line).length === 400, { within: 10_000 })))
    for (const line of [customer, farmer]) {
      expect(changes(line).map((message) => message.rev)).toEqual(range(2, 401))
      expect(changes(line).map((message) => message.seq)).toEqual(range(2, 401))
      for (const [name, user] of [
        ['c', 'bia'],
        ['f', 'bo'],
      ])
        expect(
          changes(line)
            .filter((it) => it.sender_id === user)
            .map((it) => it.body),
        ).toEqual(range(1, 200).map((i) => `${name}-${i}`))
    }
  })

  it('repeated after a reconnect: stored once, acknowledged again with its old rev, to the repeating socket only', async () => {
    const room_id = await open('ben')
    const other = await exchange.enter(room_id, 'bo')
    const first = await exchange.enter(room_id, 'ben')
    say(first, 'c-1')
    const message = await acknowledged(first, 'c-1')
    await first.hangUp()
    const [back, sibling] = [await exchange.enter(room_id, 'ben'), await exchange.enter(room_id, 'ben')]
    back.say({ type: 'message.send', client_message_id: 'c-1', body: 'something else' })
    expect(await acknowledged(back, 'c-1')).toEqual(message)
    say(back, 'c-2')
    for (const line of [other, sibling, back]) await acknowledged(line, 'c-2')
    expect(changes(other).map((it) => it.rev)).toEqual([2, 3])
    expect(changes(sibling).map((it) => it.rev)).toEqual([3])
    expect(changes(back).map((it) => it.rev)).toEqual([2, 3])
    expect((await outsider.page('bo', room_id)).body.last_seq).toBe(3)
  })

  it('the same client_message_id over HTTP and on the socket is one message', async () => {
    const room_id = await open('bob')
    const line = await exchange.enter(room_id, 'bob')
    const [answer] = await Promise.all([
      outsider.send('bob', room_id, 'x', { client_message_id: 'both' }),
      Promise.resolve(say(line, 'both', 'x')),
    ])
    expect((await acknowledged(line, 'both')).message_id).toBe(answer.body.message_id)
    expect((await outsider.page('bo', room_id)).body.last_seq).toBe(2)
  })

  it('what HTTP does is heard on sockets, and what sockets do is in the next read', async () => {
    const room_id = await open('bud')
    const line = await exchange.enter(room_id, 'bud')
    const sent = (await outsider.send('bo', room_id, 'over HTTP', { client_message_id: 'http' })).body
    expect(await acknowledged(line, 'http')).toEqual(sent)
    for (const i of range(1, 10)) {
      say(line, `c-${i}`)
      const message = await acknowledged(line, `c-${i}`)
      expect((await outsider.page('bud', room_id)).body.results.at(-1)).toEqual(message)
    }
  })
})

describe('message.edit and message.delete', () => {
  it('message.updated and message.deleted to every socket, rev by rev', async () => {
    const room_id = await open('cat')
    const [customer, farmer] = [await exchange.enter(room_id, 'cat'), await exchange.enter(room_id, 'bo')]
    say(customer, 'c-1', 'Friday?')
    const { message_id } = await acknowledged(customer, 'c-1')
    customer.say({ type: 'message.edit', message_id, body: ' Saturday? ' })
    for (const line of [customer, farmer])
      expect((await line.next('message.updated')).message).toMatchObject({
        message_id,
        seq: 2,
        rev: 3,
        body: 'Saturday?',
        edited_at: TIME,
        deleted_at: null,
        client_message_id: 'c-1',
      })
    customer.say({ type: 'message.delete', message_id })
    for (const line of [customer, farmer])
      expect((await line.next('message.deleted')).message).toMatchObject({
        message_id,
        seq: 2,
        rev: 4,
        kind: 'text',
        body: '',
        images: [],
        deleted_at: TIME,
      })
    expect((await outsider.message('bo', message_id)).body).toMatchObject({ rev: 4, body: '', deleted_at: TIME })
  })

  it('refused with an error, and the socket stays open: another’s, a system message, none, too late', async () => {
    const room_id = await open('cid')
    const line = await exchange.enter(room_id, 'cid')
    const others = (await outsider.send('bo', room_id, 'mine')).body.message_id
    const placed = (await outsider.page('cid', room_id)).body.results[0]?.message_id
    const elsewhere = (await outsider.send('bo', await open('coy'), 'elsewhere')).body.message_id
    let errors = 0
    for (const message_id of [others, placed, NOBODYS_ROOM, elsewhere])
      for (const frame of [{ type: 'message.edit', body: 'x' }, { type: 'message.delete' }]) {
        line.say({ ...frame, message_id })
        errors++
        await until(() => line.all('error').length === errors)
      }
    expect(line.all('error').map((frame) => frame.code)).toEqual([
      'not_the_sender',
      'not_the_sender',
      'system_message',
      'system_message',
      ...Array(4).fill('unknown_message'),
    ])
    await line.fence()
    expect((await outsider.page('bo', room_id)).body.rev).toBe(2)
  })
})

describe('read', () => {
  it('to every socket of the room, forward only, never past last_seq', async () => {
    const room_id = await open('dan')
    const lines = [...(await many(room_id, 'dan')), ...(await many(room_id, 'bo'))]
    await outsider.send('dan', room_id, 'two')
    const [, farmer] = [lines[0], lines.at(-1)]
    farmer?.say({ type: 'read', seq: 1 })
    for (const line of lines)
      expect(await line.next('read')).toEqual({ type: 'read', user_id: 'bo', seq: 1, read_at: TIME })
    farmer?.say({ type: 'read', seq: 99 })
    for (const line of lines) await line.next('read', (frame) => frame.seq === 2)
    farmer?.say({ type: 'read', seq: 1 })
    await outsider.read('dan', room_id, 1)
    for (const line of lines) {
      await line.next('read', (frame) => frame.user_id === 'dan')
      expect(line.all('read').map((frame) => [frame.user_id, frame.seq])).toEqual([
        ['bo', 1],
        ['bo', 2],
        ['dan', 1],
      ])
    }
    expect((await outsider.page('dan', room_id)).body.read).toEqual({ customer_seq: 1, farmer_seq: 2 })
  })
})

describe('typing', () => {
  it('to the other party’s sockets, not to one’s own; stops when told to', async () => {
    const room_id = await open('eve')
    const [mine, theirs] = [await many(room_id, 'eve'), await many(room_id, 'bo')]
    mine[0]?.say({ type: 'typing', is_typing: true })
    for (const line of theirs)
      expect(await line.next('typing')).toEqual({ type: 'typing', user_id: 'eve', is_typing: true })
    mine[0]?.say({ type: 'typing', is_typing: false })
    for (const line of theirs) await line.next('typing', (frame) => !frame.is_typing)
    for (const line of mine) {
      await line.fence()
      expect(line.all('typing')).toEqual([])
    }
    expect((await outsider.page('eve', room_id)).body).toMatchObject({ last_seq: 1, rev: 1 })
  })

  it('expires by itself after 6 s', async () => {
    const room_id = await open('eli')
    const [customer, farmer] = [await exchange.enter(room_id, 'eli'), await exchange.enter(room_id, 'bo')]
    customer.say({ type: 'typing', is_typing: true })
    await farmer.next('typing', (frame) => frame.is_typing)
    const began = Date.now()
    await farmer.next('typing', (frame) => !frame.is_typing, 10_000)
    expect(Date.now() - began).toBeGreaterThan(5_000)
    expect(Date.now() - began).toBeLessThan(8_000)
  })

  it('100 times a second is quietly thinned: no error, no close', async () => {
    const room_id = await open('ena')
    const [customer, farmer] = [await exchange.enter(room_id, 'ena'), await exchange.enter(room_id, 'bo')]
    for (const i of range(1, 100)) customer.say({ type: 'typing', is_typing: i % 2 === 1 })
    customer.say({ type: 'typing', is_typing: true })
    await farmer.next('typing', (frame) => frame.is_typing)
    await customer.fence()
    expect(customer.all('error')).toEqual([])
    expect(farmer.all('typing').length).toBeLessThan(100)
  })
})

describe('presence', () => {
  it('online when the first socket comes, offline when the last one goes; not to the one it is about', async () => {
    const room_id = await open('fay')
    const watcher = await exchange.enter(room_id, 'bo')
    expect(watcher.all('welcome')[0]?.online).not.toContain('fay')
    const mine = await many(room_id, 'fay')
    expect(await watcher.next('presence')).toEqual({
      type: 'presence',
      user_id: 'fay',
      online: true,
      last_seen_at: null,
    })
    for (const line of mine.slice(1)) expect(line.all('welcome')[0]?.online).toContain('bo')
    const [last, ...others] = mine
    for (const line of others) line.socket.close()
    await Promise.all(others.map((line) => line.closed()))
    if (last) say(last, 'still here')
    await acknowledged(watcher, 'still here')
    expect(watcher.all('presence').map((frame) => frame.online)).toEqual([true])
    expect(last?.all('presence').filter((frame) => frame.user_id === 'fay')).toEqual([])
    last?.socket.close()
    expect(await watcher.next('presence', (frame) => !frame.online)).toEqual({
      type: 'presence',
      user_id: 'fay',
      online: false,
      last_seen_at: TIME,
    })
    expect((await exchange.enter(room_id, 'bo')).all('welcome')[0]?.online).not.toContain('fay')
  })

  it('who was here already is in welcome.online, on whichever gateway', async () => {
    const room_id = await open('fin')
    await exchange.enter(room_id, 'fin')
    await until(async () => {
      const lines = await many(room_id, 'bo')
      const seen = lines.every((line) => line.all('welcome')[0]?.online.includes('fin'))
      await Promise.all(lines.map((line) => line.hangUp()))
      return seen
    })
  })
})

describe('Resume, with after_rev', () => {
  const resume = async (room_id: string, user: string, rev: number | string) => {
    const line = exchange.room(room_id, user, { query: `?after_rev=${rev}` })
    await line.next('caught_up')
    return line
  }

  it('the missed changes ascending by rev, each message once as it is now, then caught_up, then live', async () => {
    const room_id = await open('gil')
    const sent: Message[] = []
    for (const i of range(2, 5)) sent.push((await outsider.send('gil', room_id, `m${i}`)).body) // rev 2 to 5
    await outsider.edit('gil', sent[0]?.message_id ?? '', 'edited') // rev 6
    await outsider.remove('gil', sent[1]?.message_id ?? '') // rev 7
    await outsider.edit('gil', sent[0]?.message_id ?? '', 'edited again') // rev 8
    const line = await resume(room_id, 'bo', 3)
    expect(line.frames.map((frame) => frame.type)).toEqual([
      'welcome',
      'message.created',
      'message.created',
      'message.deleted',
      'message.updated',
      'caught_up',
    ])
    expect(changes(line).map((it) => [it.rev, it.seq, it.body])).toEqual([
      [4, 4, 'm4'],
      [5, 5, 'm5'],
      [7, 3, ''],
      [8, 2, 'edited again'],
    ])
    expect(line.all('caught_up')).toEqual([{ type: 'caught_up', rev: 8 }])
    await outsider.send('gil', room_id, 'live', { client_message_id: 'live' })
    expect((await acknowledged(line, 'live')).rev).toBe(9)
  })

  it('from 0 everything; from the present nothing; caught_up either way', async () => {
    const room_id = await open('gus')
    await outsider.send('gus', room_id, 'two')
    expect(changes(await resume(room_id, 'bo', 0)).map((it) => it.rev)).toEqual([1, 2])
    const line = await resume(room_id, 'bo', 2)
    expect(line.frames.map((frame) => frame.type)).toEqual(['welcome', 'caught_up'])
    expect(line.all('caught_up')[0]?.rev).toBe(2)
  })

  it('without it nothing of the past and no caught_up', async () => {
    const room_id = await open('gem')
    const line = await exchange.enter(room_id, 'bo')
    await outsider.send('gem', room_id, 'two', { client_message_id: 'c-2' })
    await acknowledged(line, 'c-2')
    expect(line.frames.map((frame) => frame.type).filter((type) => type !== 'presence')).toEqual([
      'welcome',
      'message.created',
    ])
  })

  it('more than a page was missed, while more keeps coming: no gap, nothing twice', async () => {
    const room_id = await open('hal')
    const writer = await exchange.enter(room_id, 'hal')
    for (const i of range(1, 450)) say(writer, `m-${i}`)
    await until(() => changes(writer).length === 450, { within: 20_000 })
    const line = exchange.room(room_id, 'bo', { query: '?after_rev=1' })
    for (const i of range(451, 500)) say(writer, `m-${i}`)
    await until(() => changes(line).at(-1)?.rev === 501, { within: 15_000 })
    expect(changes(line).map((it) => it.rev)).toEqual(range(2, 501))
    expect(line.all('caught_up')).toHaveLength(1)
    const { rev } = await line.next('caught_up')
    const at = line.frames.findIndex((frame) => frame.type === 'caught_up')
    const before = line.frames.slice(0, at).flatMap((frame) => ('message' in frame ? [frame.message.rev] : []))
    expect(before).toEqual(range(2, rev))
  })

  it('beyond what the server knows: resync', async () => {
    const room_id = await open('ida')
    const line = exchange.room(room_id, 'bo', { query: '?after_rev=99' })
    await line.next('resync')
    expect(line.frames.map((frame) => frame.type).slice(0, 2)).toEqual(['welcome', 'resync'])
    await outsider.send('ida', room_id, 'live', { client_message_id: 'live' })
    expect((await acknowledged(line, 'live')).rev).toBe(2)
  })

  it('what is no rev harms nobody', async () => {
    const room_id = await open('ike')
    for (const rev of ['-1', 'x', '1.5', '', '1e3', '99999999999999999999']) {
      const line = exchange.room(room_id, 'bo', { query: `?after_rev=${rev}` })
      await until(
        () =>
          line.code !== undefined || line.refused !== undefined || line.frames.length > 1 || line.all('welcome').length,
      )
      if (line.code === undefined) await line.fence()
      else expect(line.code).toBeOneOf([4400, 1006])
    }
  })
})

describe('token.refresh', () => {
  it('same sub, later exp: the socket outlives its first token', async () => {
    const room_id = await open('jan')
    const line = await exchange.enter(room_id, 'jan', { token: token('jan', { exp: nowS() - 3 }) })
    line.say({ type: 'token.refresh', token: token('jan') })
    await line.fence()
    // The first token, its 5 s of tolerance included, is over by now on a socket that was not refreshed.
    const other = await exchange.enter(room_id, 'jan', { token: token('jan', { exp: nowS() - 3 }) })
    expect(await other.closed()).toBe(4401)
    await line.fence()
    expect([line.all('error'), line.code]).toEqual([[], undefined])
  })

  it('in mid-connection, at exp: 4401', async () => {
    const room_id = await open('jim')
    const line = await exchange.enter(room_id, 'jim', { token: token('jim', { exp: nowS() - 3 }) })
    expect(await line.closed()).toBe(4401)
    expect(line.all('error')).toEqual([])
  })

  it('an exp that is no later is refused, and changes nothing', async () => {
    const line = await exchange.enter(await open('jil'), 'jil')
    for (const [i, exp] of [nowS() + 60, nowS() + 3_000].entries()) {
      line.say({ type: 'token.refresh', token: token('jil', { exp }) })
      await until(() => line.all('error').length === i + 1)
    }
    await line.fence()
  })

  it('another sub, a bad or an expired token: 4401', async () => {
    const room_id = await open('joy')
    for (const jwt of [
      token('bo'),
      token('joy', { secret: 'another' }),
      token('joy', { exp: nowS() - 10 }),
      'nonsense',
    ]) {
      const line = await exchange.enter(room_id, 'joy')
      line.say({ type: 'token.refresh', token: jwt })
      expect(await line.closed()).toBe(4401)
    }
  })
})

describe('ping', () => {
  it('is answered by pong', async () => {
    const line = await exchange.enter(await open('kai'), 'kai')
    line.say({ type: 'ping' })
    expect(await line.next('pong')).toEqual({ type: 'pong' })
  })
})

describe('order.status', () => {
  it('beside the order_status message, also for an order bought again', async () => {
    const room_id = await open('kim')
    const line = await exchange.enter(room_id, 'kim')
    await outsider.step('bo', room_id, 'active')
    expect(await line.next('order.status')).toEqual({
      type: 'order.status',
      order_status: 'active',
      previous: 'new',
      changed_by: 'bo',
      changed_at: TIME,
    })
    await line.next('message.created', (frame) => frame.message.kind === 'order_status')
    await outsider.checkOut('kim', { quantity: 9 }, 'again')
    await line.next('message.created', (frame) => frame.message.kind === 'order_placed')
    expect((await exchange.enter(room_id, 'kim')).all('welcome')[0]?.order_status).toBe('new')
  })
})

describe('A frame is refused: error, and the socket stays open', () => {
  const bad: [name: string, frame: string][] = [
    ['not JSON', 'hello'],
    ['half JSON', '{"type":"ping"'],
    ['an array', '[{"type":"ping"}]'],
    ['null', 'null'],
    ['nothing', ''],
    ['no type', '{"body":"x"}'],
    ['a type that is no string', '{"type":1}'],
    ['an unknown type', '{"type":"message.shout"}'],
    ['a type of Object', '{"type":"constructor"}'],
    ['a type of the prototype', '{"type":"__proto__"}'],
    ['a server-only type', '{"type":"message.created","message":{}}'],
    ['welcome', '{"type":"welcome"}'],
    ['an extra field', '{"type":"ping","x":1}'],
    ['a sender of its own', '{"type":"message.send","client_message_id":"x","body":"x","sender_id":"bo"}'],
    ['a room of its own', '{"type":"message.send","client_message_id":"x","body":"x","room_id":"x"}'],
    ['no client_message_id', '{"type":"message.send","body":"x"}'],
    ['an empty client_message_id', '{"type":"message.send","client_message_id":"","body":"x"}'],
    ['a client_message_id of 65', `{"type":"message.send","client_message_id":"${'x'.repeat(65)}","body":"x"}`],
    ['a client_message_id that is a number', '{"type":"message.send","client_message_id":1,"body":"x"}'],
    ['a message_id that is no UUID', '{"type":"message.delete","message_id":"x"}'],
    ['an edit without a body', `{"type":"message.edit","message_id":"${NOBODYS_ROOM}"}`],
    ['a seq that is a string', '{"type":"read","seq":"1"}'],
    ['a negative seq', '{"type":"read","seq":-1}'],
    ['typing that is no boolean', '{"type":"typing","is_typing":"yes"}'],
    ['a refresh without a token', '{"type":"token.refresh"}'],
    ['10,000-deep JSON', `${'['.repeat(10_000)}${']'.repeat(10_000)}`],
  ]
  it('whatever it is', async () => {
    const room_id = await open('lea')
    for (const some of [bad.slice(0, 9), bad.slice(9, 18), bad.slice(18)]) {
      const line = await exchange.enter(room_id, 'lea')
      for (const [i, [name, frame]] of some.entries()) {
        line.socket.send(frame)
        await until(() => line.all('error').length === i + 1, { what: `an error for ${name}` })
        expect(line.all('error')[i], name).toMatchObject({ code: 'bad_frame', detail: expect.stringMatching(/\S/) })
      }
      await line.fence()
    }
    expect((await outsider.page('bo', room_id)).body).toMatchObject({ last_seq: 1, rev: 1 })
  })

  it('a refused send names its client_message_id', async () => {
    const line = await exchange.enter(await open('leo'), 'leo')
    for (const [i, body] of ['', ' \n', 'x'.repeat(4_001), 'a\0', 5].entries()) {
      line.say({ type: 'message.send', client_message_id: `c-${i}`, body })
      const error = await line.next('error', (frame) => frame.client_message_id === `c-${i}`)
      expect(error).toEqual({
        type: 'error',
        code: expect.stringMatching(/^[a-z_]+$/),
        detail: expect.any(String),
        client_message_id: `c-${i}`,
      })
    }
    line.say({ type: 'message.send', client_message_id: 'c-i', body: 'x', image_ids: [NOBODYS_ROOM] })
    expect(await line.next('error', (frame) => frame.client_message_id === 'c-i')).toMatchObject({
      code: 'unknown_image',
    })
    say(line, 'x'.repeat(64))
    expect((await acknowledged(line, 'x'.repeat(64))).seq).toBe(2)
  })

  it('the tenth within a minute closes with 4400', async () => {
    const room_id = await open('liz')
    const line = await exchange.enter(room_id, 'liz')
    for (const _ of range(1, 9)) line.socket.send('bad')
    await until(() => line.all('error').length === 9)
    await line.fence()
    line.socket.send('bad')
    expect(await line.closed()).toBe(4400)
  })

  it('a refusal of the domain is no bad frame: ten of them close nothing', async () => {
    const line = await exchange.enter(await open('lou'), 'lou')
    for (const _ of range(1, 12)) line.say({ type: 'message.delete', message_id: NOBODYS_ROOM })
    await until(() => line.all('error').length === 12)
    await line.fence()
  })
})

describe('Limits', () => {
  it('a frame of 64 KiB is taken; one byte more is 1009', async () => {
    const room_id = await open('mia')
    const line = await exchange.enter(room_id, 'mia')
    const frame = (bytes: number) => JSON.stringify({ type: 'ping' }).padEnd(bytes)
    line.socket.send(frame(64 * 1024))
    await line.next('pong')
    line.socket.send(frame(64 * 1024 + 1))
    expect(await line.closed()).toBe(1009)
  })

  it('binary is 1003', async () => {
    const room_id = await open('moe')
    const line = await exchange.enter(room_id, 'moe')
    line.socket.send(Buffer.from('{"type":"ping"}'))
    expect(await line.closed()).toBe(1003)
    expect(line.all('pong')).toEqual([])
  })

  it('4413: too slow to read, more than 1 MiB waiting; others do not notice', async () => {
    const room_id = await open('flo')
    const slow = await exchange.enter(room_id, 'bo')
    slow.socket.pause()
    const writer = await exchange.enter(room_id, 'flo')
    const body = '日'.repeat(4_000)
    const isGone = () => writer.all('presence').some((frame) => frame.user_id === 'bo' && !frame.online)
    // Kernel buffers and the proxy's take some MiB before anything waits in the gateway.
    let sent = 0
    await until(
      () => {
        while (!isGone() && sent - writer.all('message.created').length < 50) say(writer, `f-${sent++}`, body)
        return isGone()
      },
      { within: 40_000 },
    )
    slow.socket.resume()
    expect(await slow.closed()).toBe(4413)
    await writer.fence()
  })
})

describe('Nobody else', () => {
  it('hears anything: neither a stranger nor a party of another room', async () => {
    const [room_id, elsewhere] = [await open('nat'), await open('ned')]
    const other = await exchange.enter(elsewhere, 'ned')
    const farmerElsewhere = await exchange.enter(elsewhere, 'bo')
    const line = await exchange.enter(room_id, 'nat')
    say(line, 'private')
    line.say({ type: 'typing', is_typing: true })
    line.say({ type: 'read', seq: 1 })
    await acknowledged(line, 'private')
    say(other, 'fence')
    for (const quiet of [other, farmerElsewhere]) {
      await acknowledged(quiet, 'fence')
      expect(quiet.texts.join()).not.toContain('nat')
      expect(quiet.texts.join()).not.toContain('private')
    }
  })

  it('a party who comes over HTTP with role: service reads nothing here', async () => {
    const line = exchange.room(await open('noa'), 'noa', { token: token('noa', { role: 'service' }) })
    expect(await line.closed()).toBeOneOf([4401, 4404])
    expect(line.frames).toEqual([])
  })
})
