import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { FarmgateOptions } from '../farmgate.ts'
import { changeOrderStatus } from '../http/change-order-status.ts'
import { listMessages } from '../http/list-messages.ts'
import { openInbox } from '../open-inbox.ts'
import { openRoom } from '../open-room.ts'
import { memoryOutbox } from '../outbox/memory.ts'
import type { LiveRoom } from '../room-snapshot.ts'
import { type BadLine, openBadLine } from './bad-line.fixture.ts'
import { buy, clientOf, FARMER, offer, photo } from './people.fixture.ts'

let stack: Stack
let line: BadLine
const opened: { close: () => Promise<void> }[] = []

beforeAll(async () => {
  stack = await startStack()
  await offer(stack)
})
afterAll(() => stack?.close())

beforeEach(async () => {
  line = await openBadLine(stack.url)
})
afterEach(async () => {
  for (const it of opened.splice(0)) await it.close()
  await line.close()
})

function open(user_id: string, room_id: string, origin: string, more: Partial<FarmgateOptions> = {}): LiveRoom {
  const room = openRoom(clientOf(user_id, origin, more), { room_id, user_id })
  opened.push(room)
  return room
}

const live = (room: LiveRoom) => until(() => room.getSnapshot().connection.state === 'live')
const stored = (room: LiveRoom) =>
  room.getSnapshot().entries.flatMap((entry) => (entry.state === 'stored' ? [entry.message] : []))

test('20 messages and a photo, written offline across a reload: all there, once, in order', async () => {
  const { customer, room_id } = await buy(stack)
  const outbox = memoryOutbox()
  const written = Array.from({ length: 20 }, (_, at) => `message ${at}`)
  const before = open(customer, room_id, line.origin, { outbox })
  await live(before)
  line.cut()
  for (const body of written.slice(0, 12)) await before.send({ body })
  await before.send({ body: 'a photo', images: [photo()] })
  await until(() => before.getSnapshot().waiting === 13)
  await before.close()

  const after = open(customer, room_id, line.origin, { outbox })
  await until(() => after.getSnapshot().waiting === 13)
  for (const body of written.slice(12)) await after.send({ body })
  await until(() => after.getSnapshot().waiting === 21)
  line.heal()

  await until(() => after.getSnapshot().waiting === 0 && stored(after).length === 22, { within: 15_000 })
  const { results } = await listMessages(clientOf(customer, stack.url), { room_id })
  const expected = [...written.slice(0, 12), 'a photo', ...written.slice(12)]
  expect(results.slice(1).map(({ body }) => body)).toEqual(expected)
  expect(stored(after).map(({ message_id }) => message_id)).toEqual(results.map(({ message_id }) => message_id))
  expect(results[13]?.images).toHaveLength(1)
})

test('more missed than a page comes back without a hole, with what was edited far above', async () => {
  const { customer, room_id } = await buy(stack)
  const farmer = open(FARMER, room_id, stack.url)
  const ada = open(customer, room_id, line.origin)
  await Promise.all([live(farmer), live(ada)])
  await farmer.send({ body: 'first' })
  await until(() => stored(ada).length === 2)
  line.cut()
  for (let at = 0; at < 120; at++) await farmer.send({ body: `missed ${at}` })
  await until(() => stored(farmer).length === 122, { within: 15_000 })
  const first = stored(farmer)[1]
  await farmer.edit(first?.message_id ?? '', 'first, edited')
  line.heal()
  await until(() => stored(ada).length === 122, { within: 10_000 })
  expect(stored(ada).map(({ seq, body, rev }) => ({ seq, body, rev }))).toEqual(
    stored(farmer).map(({ seq, body, rev }) => ({ seq, body, rev })),
  )
  expect(stored(ada)[1]?.body).toBe('first, edited')
})

test('a long history is read from its end to its beginning', async () => {
  const { customer, room_id } = await buy(stack)
  const ada = open(customer, room_id, stack.url)
  await live(ada)
  for (let at = 0; at < 169; at++) await ada.send({ body: `${at}` })
  await until(() => stored(ada).length === 170, { within: 15_000 })
  const again = open(customer, room_id, stack.url)
  await until(() => again.getSnapshot().loaded)
  expect(stored(again).map(({ seq }) => seq)[0]).toBe(121)
  await Promise.all([again.loadOlder(), again.loadOlder()])
  await again.loadOlder()
  await until(() => !again.getSnapshot().has_older)
  expect(stored(again).map(({ seq }) => seq)).toEqual(Array.from({ length: 170 }, (_, at) => at + 1))
})

test('the socket outlives its token, and keeps its place', async () => {
  const { customer, room_id } = await buy(stack)
  let asked = 0
  const end = nowS() + 2
  const short = async () => token(customer, { exp: end + 60 * asked++ })
  const ada = open(customer, room_id, stack.url, { token: short })
  await live(ada)
  const states = new Set<string>()
  ada.subscribe(() => states.add(ada.getSnapshot().connection.state))
  await until(() => asked === 2)
  // The server looks every second whose time is over.
  await until(() => nowS() > end + 2)
  await ada.send({ body: 'still here' })
  await until(() => stored(ada).some(({ body }) => body === 'still here'))
  expect([...states]).toEqual(['live'])
})

describe('the chat list', () => {
  test('shows an order as it comes, how it goes on, and what is unread; after an outage, too', async () => {
    const farmer = clientOf(FARMER, line.origin)
    const inbox = openInbox(farmer)
    opened.push(inbox)
    await until(() => inbox.getSnapshot().loaded)
    const { customer, room_id } = await buy(stack)
    const card = () => inbox.getSnapshot().rooms.find((room) => room.room_id === room_id)
    await until(() => card()?.is_new_order)
    expect(inbox.getSnapshot().rooms[0]).toBe(card())

    line.cut()
    const ada = open(customer, room_id, stack.url)
    await ada.send({ body: 'Friday?' })
    await until(() => stored(ada).length === 2)
    line.heal()
    await until(() => card()?.last_message?.preview === 'Friday?')
    expect(card()?.unread_count).toBe(2)

    inbox.setFilter({ order_status: 'active' })
    await until(() => inbox.getSnapshot().loaded && inbox.getSnapshot().filter.order_status === 'active')
    expect(card()).toBeUndefined()
    await changeOrderStatus(farmer, room_id, 'active')
    await until(() => card()?.order_status === 'active')
  })

  test('is read page by page, each room once', async () => {
    const orders = 35
    const bought = []
    for (let at = 0; at < orders; at++) bought.push((await buy(stack)).room_id)
    const inbox = openInbox(clientOf(FARMER, stack.url))
    opened.push(inbox)
    await until(() => inbox.getSnapshot().connection.state === 'live' && !inbox.getSnapshot().loading)
    expect(inbox.getSnapshot().rooms.map(({ room_id }) => room_id)).toEqual(bought.toReversed().slice(0, 30))
    await inbox.loadMore()
    await until(() => inbox.getSnapshot().rooms.length >= orders)
    expect(
      inbox
        .getSnapshot()
        .rooms.slice(0, orders)
        .map(({ room_id }) => room_id),
    ).toEqual(bought.toReversed())
  })
})
