import { setTimeout as wait } from 'node:timers/promises'
import { createHistogram, type Histogram, type Summary } from './histogram.ts'
import { createLedger, type Ledger, type Tally } from './ledger.ts'
import { inParallel, type LoadRoom, openRooms } from './market.ts'
import { type Member, openMember } from './member.ts'
import { randomOf } from './random.ts'
import { arrivals, follow } from './schedule.ts'
import type { Target } from './target.ts'

export type DriveOptions = {
  target: Pick<Target, 'rooms' | 'gateway' | 'sign'>
  /** Two members each; opened where they are not given. */
  rooms: number | readonly LoadRoom[]
  /** Messages a second, over all rooms. */
  rate: number
  durationMs: number
  /** Sent at the same rate before, checked, and not measured. */
  warmupMs?: number
  /** How long the last messages are waited for. */
  lingerMs?: number
  /** Messages that one sender has due at the same moment. */
  burst?: number
  /** Characters of a message. */
  size?: number
  seed?: number
  /** Begins with the measured part: for what shall happen meanwhile. */
  onMeasuring?: () => void
  /** Ends it before its time. */
  signal?: AbortSignal
}

/** A second of the measured part: what was due in it, and how long it took to arrive (ms). */
type Second = { sent: number; p50: number; p99: number }

export type Driven = Tally & {
  /** From the moment a message was due to its arrival at the other member, in ms. */
  deliver: Summary
  /** To the sender's own socket showing it: it is stored. */
  ack: Summary
  /** How late the generator was. */
  lag: Summary
  /** Sockets that were closed by the other side, by code; a handshake that nobody took is tried again and is none. */
  closes: Record<number, number>
  /** Messages due in the measured part, a second. */
  rate: number
  seconds: Second[]
}

const CONNECT_AT_ONCE = 64
const LINGER_MS = 10_000
const SETTLE_MS = 20

/**
 * Talks in rooms, open loop: at random moments that nothing the server does can move. Every message is followed to both
 * members of its room, over any number of reconnects, so it may be used around restarts and faults.
 */
export async function drive(options: DriveOptions): Promise<Driven> {
  const { target, rate, durationMs, warmupMs = 0, lingerMs = LINGER_MS, burst = 1, size = 120, seed = 1 } = options
  const rooms =
    typeof options.rooms === 'number' ? await openRooms({ ...target, ...UNUSED }, options.rooms) : options.rooms
  const run = Math.random().toString(36).slice(2, 10)
  const ledger = createLedger()
  const closes: Record<number, number> = {}
  /** When each message that is under way was due, and at how many of the two members it has yet to arrive. */
  const underWay = new Map<string, { due: number; left: number }>()
  const record = createRecord(durationMs)
  let measuredFrom = Number.POSITIVE_INFINITY

  const seen = (member: number, id: string) => {
    const [of, sender, number] = id.split('.')
    if (of !== run) return
    const isOwn = Number(sender) === member
    const news = ledger.see(Number(sender), Number(number), isOwn)
    const message = underWay.get(id)
    if (news === 'again' || !message) return
    if (--message.left === 0) underWay.delete(id)
    if (message.due >= measuredFrom) record.arrived(news, message.due, measuredFrom)
  }
  const members = await openMembers(target, rooms, {
    onMessage: seen,
    onRefused: (member, id) => id.startsWith(`${run}.`) && ledger.refuse(member, Number(id.split('.')[2])),
    onClose: (code) => {
      closes[code] = (closes[code] ?? 0) + 1
    },
  })

  const random = randomOf(seed)
  const body = 'x'.repeat(size)
  const say = (due: number) => {
    const sender = Math.floor(random() * members.length)
    for (let n = 0; n < burst; n++) {
      const number = ledger.send(sender)
      const id = `${run}.${sender}.${number}`
      underWay.set(id, { due, left: 2 })
      if (due >= measuredFrom) record.sent(due, measuredFrom)
      members[sender]?.say(id, body)
    }
  }
  await follow(arrivals(rate / burst, warmupMs, random), say, options.signal)
  measuredFrom = performance.now()
  options.onMeasuring?.()
  await follow(arrivals(rate / burst, durationMs, random), say, options.signal)
  const measuredMs = performance.now() - measuredFrom
  await settle(members, ledger, lingerMs)
  for (const member of members) member.close()
  return { ...ledger.tally(), ...record.result(measuredMs), closes }
}

/** What `openRooms` does not look at. */
const UNUSED = { messages: '', close: async () => undefined }

type Events = {
  onMessage(member: number, id: string): void
  onRefused(member: number, id: string): void
  onClose(code: number): void
}

/** Two of each room, by number: a room's are neighbours. */
async function openMembers({ gateway }: Pick<Target, 'gateway'>, rooms: readonly LoadRoom[], events: Events) {
  const seats = rooms.flatMap(({ room_id, tokens }) => tokens.map((token) => ({ room_id, token })))
  return inParallel(seats, CONNECT_AT_ONCE, async ({ room_id, token }, at) => {
    const member = openMember({
      url: `${gateway}/ws/chat/${room_id}/`,
      token,
      onMessage: (id) => events.onMessage(at, id),
      onRefused: (id) => events.onRefused(at, id),
      onClose: events.onClose,
    })
    await member.ready
    return member
  })
}

/** Until everything has arrived, or no longer. */
async function settle(members: readonly Member[], ledger: Ledger, lingerMs: number) {
  const isOver = () => ledger.isSettled() && members.every((member) => member.unanswered === 0)
  for (const until = performance.now() + lingerMs; performance.now() < until && !isOver(); ) await wait(SETTLE_MS)
}

/** Durations of the measured part, all together and second by second. */
function createRecord(durationMs: number) {
  const deliver = createHistogram()
  const ack = createHistogram()
  const lag = createHistogram()
  const seconds: { sent: number; deliver: Histogram }[] = Array.from({ length: Math.ceil(durationMs / 1_000) }, () => ({
    sent: 0,
    deliver: createHistogram(),
  }))
  const secondOf = (due: number, from: number) => seconds[Math.floor((due - from) / 1_000)]
  let sent = 0

  return {
    sent(due: number, from: number): void {
      sent++
      lag.record(performance.now() - due)
      const second = secondOf(due, from)
      if (second) second.sent++
    },
    arrived(how: 'acked' | 'delivered', due: number, from: number): void {
      const ms = performance.now() - due
      if (how === 'acked') ack.record(ms)
      else for (const histogram of [deliver, secondOf(due, from)?.deliver]) histogram?.record(ms)
    },
    result: (measuredMs: number) => ({
      deliver: deliver.summary(),
      ack: ack.summary(),
      lag: lag.summary(),
      rate: Math.round((sent / measuredMs) * 1_000),
      seconds: seconds.map((second) => ({
        sent: second.sent,
        p50: second.deliver.percentile(0.5),
        p99: second.deliver.percentile(0.99),
      })),
    }),
  }
}
