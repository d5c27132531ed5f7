import { setTimeout as wait } from 'node:timers/promises'
import { createHistogram } from '../histogram.ts'
import { inParallel, openRooms } from '../market.ts'
import { openMember } from '../member.ts'
import { watchUsage } from './costs.ts'
import { ms, type Scenario, whole } from './scenario.ts'

const CONNECT_AT_ONCE = 64
/** Until the handshakes' garbage is gone. */
const SETTLE_MS = 5_000
const GIB = 2 ** 30

/** Sockets that say nothing. */
export const idle: Scenario = {
  says: 'what --sockets that say nothing cost: memory each, connects a second',
  async run({ target, flags, say }) {
    const rooms = await openRooms(target, Math.ceil(flags.sockets / 2))
    const seats = rooms.flatMap(({ room_id, tokens }) => tokens.map((token) => ({ room_id, token })))
    const usage = await watchUsage(target)
    const took = createHistogram()
    let closed = 0
    say(`${whole(seats.length)} sockets`)
    const startedAt = performance.now()
    const members = await inParallel(seats, CONNECT_AT_ONCE, async ({ room_id, token }) => {
      const from = performance.now()
      const url = `${target.gateway}/ws/chat/${room_id}/`
      const member = openMember({ url, token, ...SILENT, onClose: () => void closed++ })
      await member.ready
      took.record(performance.now() - from)
      return member
    })
    const connectMs = performance.now() - startedAt
    await wait(SETTLE_MS)
    const after = await usage.look()
    const gateway = after['ws-gateway']
    const each = gateway
      ? (gateway.ownBytes - (usage.before['ws-gateway']?.ownBytes ?? 0)) / members.length
      : Number.NaN
    for (const member of members) member.close()
    return {
      tables: [
        {
          title: `${whole(members.length)} idle sockets`,
          heads: ['connects/s', 'connect p50 ms', 'p99 ms', 'gateway KB each', 'sockets per GiB', 'closed meanwhile'],
          rows: [
            [
              whole((members.length / connectMs) * 1_000),
              ms(took.percentile(0.5)),
              ms(took.percentile(0.99)),
              gateway ? (each / 1_024).toFixed(1) : '–',
              gateway ? whole(GIB / each) : '–',
              whole(closed),
            ],
          ],
        },
      ],
      charts: [],
      faults: closed > 0 ? [`${whole(closed)} sockets were closed`] : [],
    }
  },
}

const SILENT = { onMessage: () => undefined, onRefused: () => undefined }
