import type { Page } from 'playwright-core'
import { firstScreen } from './first-screen.ts'
import { openRoom, writeMany } from './rooms.ts'
import { scrollThrough } from './scroll-through.ts'
import { openShop, type Shop } from './shop.ts'

/*
 * `node infra/browser/src/figures.ts`, on a machine that does nothing else: how soon the first screen can be used, how far it
 * jumps, how much JavaScript it takes, and the longest frame while 10,000 messages are scrolled through. The figures of
 * services/web/README.md.
 */

const RUNS = 3
const MESSAGES = 10_000

const shop = await openShop()
try {
  const room = await openRoom(shop.stack, 'customer-ada', 'tomatoes-heirloom', false)
  await writeMany(shop.stack, { room_id: room, users: ['customer-ada', 'farm-lindenhof'], count: MESSAGES })
  await tellFirstScreen(shop, 'the door of the demo', '/', 'main a[href]')
  await tellFirstScreen(shop, 'the market', '/?as=customer-ada', 'main a[href^="/market/"]')
  await tellFirstScreen(shop, 'a conversation', `/chats/${room}/?as=customer-ada`, '[role=log] article')
  await tellScrolling(shop, room)
} finally {
  await shop.close()
}

/** Each time in a window that has nothing kept. */
async function tellFirstScreen({ open }: Shop, screen: string, path: string, usable: string) {
  const runs = await times(() => inWindow(open({ path: 'about:blank' }), (page) => firstScreen(page, path, usable)))
  const most = (figure: 'shift' | 'kb') => Math.max(...runs.map((run) => run[figure]))
  const at = median(runs.map(({ usableMs }) => usableMs))
  say(`${screen}: to be used after ${ms(at)}, layout shift ${most('shift').toFixed(4)}, ${most('kb').toFixed(1)} KB`)
}

async function tellScrolling({ open }: Shop, room: string) {
  const path = `/chats/${room}/`
  const runs = await times(() => inWindow(open({ as: 'customer-ada', path }), scrollThrough))
  for (const { frames, longestMs, rows } of runs) say(`${rows} rows, ${frames} frames, the longest ${ms(longestMs)}`)
  say(`longest frame, median of ${RUNS} runs: ${ms(median(runs.map(({ longestMs }) => longestMs)))}`)
}

async function inWindow<T>(opening: Promise<Page>, look: (page: Page) => Promise<T>): Promise<T> {
  const page = await opening
  try {
    return await look(page)
  } finally {
    await page.context().close()
  }
}

/** One after the other. */
async function times<T>(run: () => Promise<T>): Promise<T[]> {
  const results: T[] = []
  while (results.length < RUNS) results.push(await run())
  return results
}

function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

function ms(value: number) {
  return `${Math.round(value)} ms`
}

function say(line: string) {
  process.stdout.write(`${line}\n`)
}
