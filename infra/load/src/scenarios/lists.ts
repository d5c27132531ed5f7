import { createHistogram, type Summary } from '../histogram.ts'
import { openClient } from '../http.ts'
import { randomOf } from '../random.ts'
import { arrivals, follow } from '../schedule.ts'
import { type Seeded, seedRooms } from '../seed.ts'
import type { Target } from '../target.ts'
import { ms, type Scenario, type Scene, whole } from './scenario.ts'

/** Requests a second: far from saturation, so that what is measured is the work, not a queue. */
const RATE = 80
const FLAT = 1.3

type Question = { name: string; url: (target: Target, seeded: Seeded) => string }

const list = (name: string, query: string): Question => ({
  name: `chat list ${name}`,
  url: ({ rooms }) => `${rooms}/chat/rooms/?limit=30${query}`,
})
const history = (name: string, query: string): Question => ({
  name: `history ${name}`,
  url: ({ messages }, { longRoom }) => `${messages}/chat/messages/?room_id=${longRoom}&limit=50${query}`,
})

const QUESTIONS: readonly Question[] = [
  list('newest', ''),
  list('from far down', `&cursor=${cursorAt('2025-12-31T23:45:00.000Z')}`),
  list('unread', '&unread=true'),
  list('rare status', '&order_status=active'),
  list('rare status, unread', '&order_status=active&unread=true'),
  history('newest', ''),
  history('from the middle', '&before_seq=5000'),
  history('after a rev', '&after_rev=9000'),
]

/** The chat list and the history of a user with few rooms and of one with many. */
export const lists: Scenario = {
  says: 'chat list and history of farmers with --sizes rooms, seeded by SQL (own stack or --database-url): p99 by size',
  async run(scene) {
    const { target, flags, say } = scene
    if (target.databaseUrl === undefined) throw new Error('lists seeds its rooms: --url needs --database-url, too')
    const places = []
    for (const size of flags.sizes) {
      const from = performance.now()
      const seeded = await seedRooms(target.databaseUrl, size, say)
      places.push(seeded)
      say(`${whole(size)} rooms, ${whole(seeded.messages)} messages: ${whole((performance.now() - from) / 1_000)} s`)
    }
    const p99s = await askAll(scene, places)
    const ratio = (n: number) => (p99s.at(-1)?.[n]?.p99 ?? Number.NaN) / (p99s[0]?.[n]?.p99 ?? Number.NaN)
    return {
      tables: [
        {
          title: `Chat list and history, ms (${RATE} requests/s)`,
          heads: ['', ...places.flatMap(({ rooms }) => [`${whole(rooms)} rooms: p50`, 'p99']), 'p99 ratio'],
          rows: QUESTIONS.map(({ name }, n) => [
            name,
            ...p99s.flatMap((took) => [ms(took[n]?.p50 ?? Number.NaN), ms(took[n]?.p99 ?? Number.NaN)]),
            ratio(n).toFixed(2),
          ]),
        },
      ],
      charts: [],
      faults: QUESTIONS.flatMap(({ name }, n) =>
        ratio(n) > FLAT ? [`${name}: p99 grew ${ratio(n).toFixed(2)} times`] : [],
      ),
    }
  },
}

/** Each question of each place in turn, all in the same seconds: what disturbs one disturbs all. */
async function askAll({ target, flags }: Scene, places: readonly Seeded[]): Promise<Summary[][]> {
  const client = openClient(flags.atOnce)
  const asking = places.flatMap((seeded) => QUESTIONS.map((question) => ({ question, seeded })))
  const tokens = new Map(places.map(({ farmer }) => [farmer, target.sign({ sub: farmer })]))
  const underWay = new Set<Promise<void>>()
  let next = 0

  const go = async (durationMs: number) => {
    const took = asking.map(() => createHistogram())
    await follow(arrivals(RATE, durationMs, random), (dueAt) => {
      const n = next++ % asking.length
      const one = asking[n]
      if (!one) return
      const url = one.question.url(target, one.seeded)
      const asked = client.ask('GET', url, tokens.get(one.seeded.farmer) ?? '').then(({ status, body }) => {
        if (status !== 200) throw new Error(`${one.question.name}: ${status} ${body.slice(0, 200)}`)
        took[n]?.record(performance.now() - dueAt)
      })
      underWay.add(asked)
      asked.finally(() => underWay.delete(asked)).catch(() => undefined)
    })
    await Promise.all(underWay)
    return took
  }
  const random = randomOf(flags.seed)
  await go(flags.warmupMs)
  const took = await go(flags.durationMs)
  client.close()
  return places.map((_, at) => took.slice(at * QUESTIONS.length, (at + 1) * QUESTIONS.length).map((it) => it.summary()))
}

/** As rooms-api makes them: an activity and a room's id. */
function cursorAt(time: string): string {
  return Buffer.from(JSON.stringify([Date.parse(time), 'ffffffff-ffff-7fff-bfff-ffffffffffff'])).toString('base64url')
}
