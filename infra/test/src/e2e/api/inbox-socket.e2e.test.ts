import { SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { type Exchange, type InboxLine, openExchange } from './line.ts'
import { expectProblem, type Outsider, openOutsider } from './outsider.ts'

// The public interface, "The inbox socket: /ws/inbox/".

let stack: Stack
let outsider: Outsider
let exchange: Exchange
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'ws-gateway': 2 } })
  outsider = openOutsider(stack)
  exchange = openExchange(stack.wsUrl)
  await outsider.offer('bo', 'tomatoes')
})
afterEach(() => exchange.hangUpAll())
afterAll(() => stack.close())

const farm = async (farmer_id: string) => {
  await outsider.offer(farmer_id, `${farmer_id}-peas`)
  return { farmer_id, product_id: `${farmer_id}-peas` }
}
/** Several, some on each gateway: the kernel spreads connections by chance. */
const many = (user: string) => Promise.all(Array.from({ length: 5 }, () => exchange.watch(user)))
const told = (line: InboxLine) => line.all('room.updated')

it('the same handshake: subprotocol, header or query; foreign Origin 403; plain GET 426', async () => {
  expect((await exchange.watch('ann')).socket.protocol).toBe(SUBPROTOCOL)
  const headers = { authorization: `Bearer ${token('ann')}` }
  await exchange.watch('ann', { protocols: [], headers })
  await exchange.watch('ann', { protocols: [SUBPROTOCOL], query: `?token=${token('ann')}` })
  await exchange.watch('ann', { headers: { origin: stack.url } })
  const foreign = exchange.inbox('ann', { headers: { origin: 'https://evil.example' } })
  await foreign.closed()
  expect(foreign.refused).toBe(403)
  expectProblem(await outsider.ask('GET', '/ws/inbox/', { as: 'ann' }), 426)
  for (const dialling of [{ protocols: [SUBPROTOCOL] }, { token: token('ann', { exp: nowS() - 10 }) }])
    expect(await exchange.inbox('ann', dialling).closed()).toBe(4401)
})

it('welcome first, with every field of it, total_unread as in the chat list', async () => {
  const line = await exchange.watch('newcomer')
  expect(line.frames[0]).toEqual({ type: 'welcome', user_id: 'newcomer', total_unread: 0, heartbeat_s: 20 })
  const product = await farm('abe')
  for (const customer of ['a', 'b']) await outsider.checkOut(customer, product)
  expect((await exchange.watch('abe')).frames[0]).toMatchObject({ user_id: 'abe', total_unread: 2 })
})

it('room.updated for a new room, a message, a read, a status: the card as GET gives it, to each party their own', async () => {
  const product = await farm('bea')
  const [customers, farmers] = [await many('cy'), await many('bea')]
  const everyone = [...customers, ...farmers]
  const expectCards = async (what: string, fits: (frame: ReturnType<typeof told>[number]) => boolean) => {
    for (const line of everyone) {
      const user = customers.includes(line) ? 'cy' : 'bea'
      await line.next('room.updated', fits)
      await until(async () => {
        const frame = told(line).at(-1)
        const { results, total_unread } = (await outsider.list(user)).body
        expect(frame, what).toEqual({ type: 'room.updated', room: results[0], total_unread })
        return true
      })
    }
  }
  // A new room.
  const { room_id } = (await outsider.checkOut('cy', product)).body
  await expectCards('a new room', ({ room }) => room.room_id === room_id && room.last_seq === 1)
  expect(told(farmers[0] as InboxLine).at(-1)).toMatchObject({
    room: { is_new_order: true, has_unread_farmer: true, unread_count: 1, order_status: 'new' },
    total_unread: 1,
  })
  expect(told(customers[0] as InboxLine).at(-1)).toMatchObject({ room: { unread_count: 0 }, total_unread: 0 })
  // A message.
  await outsider.send('bea', room_id, 'Friday?')
  await expectCards('a message', ({ room }) => room.last_message?.preview === 'Friday?')
  expect(told(customers[0] as InboxLine).at(-1)).toMatchObject({ room: { unread_count: 1 }, total_unread: 1 })
  // A read.
  await outsider.read('bea', room_id, 2)
  await expectCards('a read', ({ room }) => !room.has_unread_farmer && !room.is_new_order && room.last_seq === 2)
  expect(told(farmers[0] as InboxLine).at(-1)).toMatchObject({ room: { unread_count: 0 }, total_unread: 0 })
  // A status.
  await outsider.step('bea', room_id, 'active')
  await expectCards('a status', ({ room }) => room.order_status === 'active' && room.last_seq === 3)
  // A question, which has no message.
  const asked = await farm('bea-2')
  await outsider.offer('bea', 'bea-2-peas')
  const question = await outsider.checkOut('cy', { ...asked, farmer_id: 'bea', is_post_checkout: false })
  await expectCards('a question', ({ room }) => room.room_id === question.body.room_id)
})

it('an edit and a deletion of the last message change the card', async () => {
  const product = await farm('dee')
  const { room_id } = (await outsider.checkOut('eve', product)).body
  const line = await exchange.watch('dee')
  const { message_id } = (await outsider.send('eve', room_id, 'Friday?')).body
  await line.next('room.updated', ({ room }) => room.last_message?.preview === 'Friday?')
  await outsider.edit('eve', message_id, 'Saturday?')
  await line.next('room.updated', ({ room }) => room.last_message?.preview === 'Saturday?')
  await outsider.remove('eve', message_id)
  const { total_unread } = await line.next('room.updated', ({ room }) => room.unread_count === 1 && room.last_seq === 2)
  expect(total_unread).toBe(1)
})

it('total_unread counts over all rooms of the list', async () => {
  const product = await farm('fox')
  const line = await exchange.watch('fox')
  const rooms: string[] = []
  for (const [i, customer] of ['g1', 'g2', 'g3'].entries()) {
    rooms.push((await outsider.checkOut(customer, product)).body.room_id)
    await line.next('room.updated', ({ total_unread }) => total_unread === i + 1)
  }
  for (const [i, room_id] of rooms.entries()) {
    await outsider.read('fox', room_id, 1)
    await line.next('room.updated', ({ room, total_unread }) => room.room_id === room_id && total_unread === 2 - i)
  }
})

it('the status it already has, and a checkout that is there already, tell of no change', async () => {
  const product = await farm('gus')
  const { room_id } = (await outsider.checkOut('hal', product)).body
  await outsider.read('gus', room_id, 1)
  await until(async () => (await outsider.list('gus')).body.total_unread === 0)
  const before = (await outsider.list('gus')).body.results[0]
  const line = await exchange.watch('gus')
  await outsider.step('gus', room_id, 'new')
  await outsider.checkOut('hal', product)
  await outsider.read('gus', room_id, 1)
  await outsider.send('hal', room_id, 'next')
  await line.next('room.updated', ({ room }) => room.last_seq === 2)
  // The list is ahead of the stream: what had happened before may be told only now, and is no change.
  const { order_status, updated_at, quantity } = before ?? {}
  for (const { room } of told(line)) {
    if (room.last_seq === 1) expect(room).toMatchObject({ order_status, updated_at, quantity })
  }
})

it('a stranger hears nothing', async () => {
  const product = await farm('ida')
  const stranger = await exchange.watch('mallory')
  const line = await exchange.watch('ida')
  await outsider.checkOut('jim', product)
  await line.next('room.updated')
  await outsider.checkOut('mallory')
  await stranger.next('room.updated')
  expect(told(stranger).map(({ room }) => room.customer_id)).toEqual(Array(told(stranger).length).fill('mallory'))
})

it('takes ping and token.refresh only: anything else is an error, the tenth closes with 4400', async () => {
  const line = await exchange.watch('kim')
  line.say({ type: 'ping' })
  await line.next('pong')
  line.say({ type: 'token.refresh', token: token('kim', { exp: nowS() + 7_200 }) })
  const frames = [
    { type: 'message.send', client_message_id: 'x', body: 'x' },
    { type: 'message.edit', message_id: 'x', body: 'x' },
    { type: 'message.delete', message_id: 'x' },
    { type: 'read', seq: 1 },
    { type: 'typing', is_typing: true },
    { type: 'room.updated' },
    { type: 'ping', extra: 1 },
    { type: 'nonsense' },
    [],
  ]
  for (const frame of frames) line.say(frame)
  await until(() => line.all('error').length === frames.length)
  for (const error of line.all('error')) expect(error).toMatchObject({ code: 'bad_frame', detail: expect.any(String) })
  await line.fence()
  line.socket.send('the tenth')
  expect(await line.closed()).toBe(4400)
})

it('1003 for binary, 1009 for more than 64 KiB, 4401 for a second identity and at exp', async () => {
  const [binary, large, other] = [await exchange.watch('lea'), await exchange.watch('lea'), await exchange.watch('lea')]
  binary.socket.send(Buffer.from('{"type":"ping"}'))
  expect(await binary.closed()).toBe(1003)
  large.socket.send(JSON.stringify({ type: 'ping' }).padEnd(64 * 1024 + 1))
  expect(await large.closed()).toBe(1009)
  other.say({ type: 'token.refresh', token: token('mo') })
  expect(await other.closed()).toBe(4401)
  const brief = await exchange.watch('lea', { token: token('lea', { exp: nowS() - 3 }) })
  expect(await brief.closed()).toBe(4401)
})
