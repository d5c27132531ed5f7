import { createHistogram } from '../histogram.ts'
import { openClient } from '../http.ts'
import { randomOf } from '../random.ts'
import { arrivals, follow } from '../schedule.ts'
import { type Seeded, seedRooms } from '../seed.ts'
import type { Target } from '../target.ts'
import { ms, type Scenario, type Scene, whole } from './scenario.ts'

/** Requests a second: far from saturation, so that what is measured is the work, not a queue. */
const RATE = 40
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
    const found: { seeded: Seeded; p50: number[]; p99: number[]; seconds: number }[] = []
    for (const size of flags.sizes) {
      const from = performance.now()
      const seeded = await seedRooms(target.databaseUrl, size, say)
      const seconds = (performance.now() - from) / 1_000
      say(`${whole(size)} rooms and ${whole(seeded.messages)} messages seeded in ${whole(seconds)} s`)
      const asked = await askAll(scene, seeded)
      found.push({ seeded, seconds, p50: asked.map((it) => it.p50), p99: asked.map((it) => it.p99) })
    }
    const [first, last] = [found[0], found.at(-1)]
    const ratio = (n: number) => (last?.p99[n] ?? Number.NaN) / (first?.p99[n] ?? Number.NaN)
    const slow = QUESTIONS.flatMap(({ name }, n) =>
      ratio(n) > FLAT ? [`${name}: p99 grew ${ratio(n).toFixed(2)} times`] : [],
    )
    return {
      tables: [
        {
          title: `Chat list and history, ms (${RATE} requests/s)`,
          heads: ['', ...found.flatMap(({ seeded }) => [`p50, ${whole(seeded.rooms)} rooms`, 'p99']), 'p99 ratio'],
          rows: QUESTIONS.map(({ name }, n) => [
            name,
            ...found.flatMap(({ p50, p99 }) => [ms(p50[n] ?? Number.NaN), ms(p99[n] ?? Number.NaN)]),
            ratio(n).toFixed(2),
          ]),
        },
        {
          title: 'Seeded',
          heads: ['rooms', 'messages', 'seconds'],
          rows: found.map(({ seeded, seconds }) => [whole(seeded.rooms), whole(seeded.messages), whole(seconds)]),
        },
      ],
      charts: [],
      faults: slow,
    }
  },
}

/** Each question in turn, all in the same seconds: what disturbs one disturbs all. */
async function askAll({ target, flags }: Scene, seeded: Seeded) {
  const client = openClient(flags.atOnce)
  const farmer = target.sign({ sub: seeded.farmer })
  const took = QUESTIONS.map(() => createHistogram())
  const underWay = new Set<Promise<void>>()
  let next = 0
  const ask = (histogram: typeof took) => (dueAt: number) => {
    const n = next++ % QUESTIONS.length
    const question = QUESTIONS[n]
    if (!question) return
    const asked = client.ask('GET', question.url(target, seeded), farmer).then(({ status, body }) => {
      if (status !== 200) throw new Error(`${question.name}: ${status} ${body.slice(0, 200)}`)
      histogram[n]?.record(performance.now() - dueAt)
    })
    underWay.add(asked.finally(() => underWay.delete(asked)))
  }
  const random = randomOf(flags.seed)
  const unmeasured = QUESTIONS.map(() => createHistogram())
  await follow(arrivals(RATE, flags.warmupMs, random), ask(unmeasured))
  await follow(arrivals(RATE, flags.durationMs, random), ask(took))
  await Promise.all(underWay)
  client.close()
  return took.map((histogram) => histogram.summary())
}

/** As rooms-api makes them: an activity and a room's id. */
function cursorAt(time: string): string {
  return Buffer.from(JSON.stringify([Date.parse(time), 'ffffffff-ffff-7fff-bfff-ffffffffffff'])).toString('base64url')
}
