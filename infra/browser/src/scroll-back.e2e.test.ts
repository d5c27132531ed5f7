import { until } from '@farmgate/testing/until.ts'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { call, openRoom, stored, writeMany } from './rooms.ts'
import { openShop, type Shop } from './shop.ts'
import { eventually, historyOf, messageOf, texts } from './windows.ts'

// A long conversation is read back to its first message, and down again.

const COUNT = 400
/** Of one turn of the wheel: much less than what is drawn, so that no row is passed over. */
const TURN_PX = 300
/** For a hundred turns and more, each waited for. */
const WITHIN = { within: 60_000 }

let shop: Shop
let room: string
/** The number that each message begins with, as the history has them: many were written at once. */
let written: number[]
beforeAll(async () => {
  shop = await openShop()
  room = await openRoom(shop.stack, 'customer-ada', 'eggs-free-range', false)
  await writeMany(shop.stack, { room_id: room, users: ['customer-ada', 'farm-lindenhof'], count: COUNT })
  // All read: it opens at the newest.
  await call(shop.stack, 'customer-ada', 'POST', '/chat/messages/read/', { room_id: room, seq: COUNT })
  written = (await stored(shop.stack, 'customer-ada', room)).map(({ body }) => Number.parseInt(body, 10))
})
afterAll(() => shop.close())

let ada: Page
beforeEach(async () => {
  ada = await shop.open({ as: 'customer-ada', path: `/chats/${room}/` })
  await message(written.at(-1)).waitFor()
  await historyOf(ada).hover()
})
afterEach(async () => {
  await ada.context().close()
  expect(shop.faults).toEqual([])
})

const message = (number = 0) => messageOf(ada, new RegExp(`^${number}\\.`))
const drawn = async () => (await texts(ada)).map((text) => Number.parseInt(text, 10))
const yOf = async (number: number) => (await message(number).boundingBox())?.y ?? Number.NaN
const isAtTop = () => historyOf(ada).evaluate((it: { scrollTop: number }) => it.scrollTop <= 0)

/** One turn, and the frame that shows it. */
async function turn(px: number) {
  await ada.mouse.wheel(0, px)
  await ada.evaluate('new Promise((shown) => requestAnimationFrame(() => requestAnimationFrame(shown)))')
}

/** Turns the wheel until `end` is drawn; gives every message that was drawn, at each look without a gap and in order. */
async function wheelTo(end: number, px: number): Promise<Set<number>> {
  const seen = new Set<number>()
  const look = async () => {
    const rows = await drawn()
    const from = written.indexOf(rows[0] ?? 0)
    expect(rows).toEqual(written.slice(from, from + rows.length))
    for (const row of rows) seen.add(row)
  }
  await until(async () => {
    await look()
    if ((await message(end).count()) === 1) return true
    await turn(px)
    return false
  }, WITHIN)
  return seen
}

test('up to the first message and down again, each of them is there, once and in order', async () => {
  const [first = 0, last = 0] = [written[0], written.at(-1)]
  const up = await wheelTo(first, -TURN_PX)
  expect(up.size).toBe(COUNT)
  await ada.getByText('This is where the conversation begins.').waitFor()
  const down = await wheelTo(last, TURN_PX)
  expect(down.size).toBe(COUNT)
})

test('what is in view stays where it is while an older page comes in above it', async () => {
  const page = Promise.withResolvers<void>()
  await ada.route('**/chat/messages/?*before_seq=*', async (route) => {
    await page.promise
    await route.continue()
  })
  await until(async () => {
    await turn(-TURN_PX)
    return isAtTop()
  }, WITHIN)
  const [oldest = 0] = await drawn()
  const before = await yOf(oldest)
  page.resolve()
  await eventually(async () => !(await isAtTop()) && (await drawn())[0] !== oldest)
  expect(Math.abs((await yOf(oldest)) - before)).toBeLessThan(1)
})
