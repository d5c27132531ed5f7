import { room } from '@farmgate/contracts/rooms.ts'
import { createHistogram } from '../histogram.ts'
import { openClient } from '../http.ts'
import { openMarket, wishOf } from '../market.ts'
import { randomOf } from '../random.ts'
import { watchUsage } from './costs.ts'
import { ms, type Scenario, whole } from './scenario.ts'

/** One request in so many asks again for one of the last few rooms, maybe still under way. */
const REPEAT_EVERY = 10
const RECENT = 8

const opened = room.pick({ room_id: true })

/** POST /chat/rooms/, so many at once. */
export const checkout: Scenario = {
  says: 'POST /chat/rooms/, --at-once requests under way, one in ten a repeat: requests a second, latency, one room per order',
  async run({ target, flags, say }) {
    const market = await openMarket(target)
    const client = openClient(flags.atOnce)
    const random = randomOf(flags.seed)
    const took = createHistogram()
    const rooms = new Map<number, string>()
    const counts = { measured: 0, refused: 0, twoRooms: 0 }
    let next = 0
    let measuredFrom = Number.POSITIVE_INFINITY

    const checkOut = async () => {
      const isRepeat = next > RECENT && random() < 1 / REPEAT_EVERY
      const n = isRepeat ? next - 1 - Math.floor(random() * RECENT) : next++
      const wish = wishOf(market, n, true)
      const token = target.sign({ sub: wish.customer_id })
      const from = performance.now()
      const { status, body } = await client.ask('POST', `${target.rooms}/chat/rooms/`, token, wish)
      if (from >= measuredFrom) {
        took.record(performance.now() - from)
        counts.measured++
      }
      if (status >= 300) return void counts.refused++
      const { room_id } = opened.parse(JSON.parse(body))
      if ((rooms.get(n) ?? room_id) !== room_id) counts.twoRooms++
      rooms.set(n, room_id)
    }
    const goOn = async (durationMs: number) => {
      const until = performance.now() + durationMs
      const loop = async () => {
        while (performance.now() < until) await checkOut()
      }
      await Promise.all(Array.from({ length: flags.atOnce }, loop))
    }

    say(`${flags.atOnce} checkouts at once for ${flags.durationMs / 1_000} s`)
    await goOn(flags.warmupMs)
    const usage = await watchUsage(target)
    measuredFrom = performance.now()
    await goOn(flags.durationMs)
    const seconds = (performance.now() - measuredFrom) / 1_000
    client.close()
    const costs = await usage.table('a checkout', counts.measured)
    return {
      tables: [
        {
          title: 'Checkout',
          heads: ['requests/s', 'p50 ms', 'p99 ms', 'max ms', 'refused', 'orders with two rooms'],
          rows: [
            [
              whole(counts.measured / seconds),
              ...[took.percentile(0.5), took.percentile(0.99), took.summary().max].map(ms),
              whole(counts.refused),
              whole(counts.twoRooms),
            ],
          ],
        },
        ...costs,
      ],
      charts: [],
      faults: [
        ...(counts.refused > 0 ? [`${whole(counts.refused)} checkouts were refused`] : []),
        ...(counts.twoRooms > 0 ? [`${whole(counts.twoRooms)} orders had two rooms`] : []),
      ],
    }
  },
}
