import { messageEvents } from '@farmgate/contracts/message-events.ts'
import type { Outbox } from '@farmgate/outbox/outbox.ts'
import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Entry } from '@farmgate/streams/publish.ts'
import { until } from '@farmgate/testing/until.ts'
import { describe, expect, it } from 'vitest'
import { batchRow } from './outbox-rows.ts'
import { type Changed, restAfter, startCardTeller } from './tell-cards.ts'

const room = (n: number) => `6f1c2d34-8f6e-4d0f-9a53-0d8f6a0f${String(n).padStart(4, '0')}`
const card = (n: number, card_rev: number): Changed => ({
  room: {
    room_id: room(n),
    card_rev,
    event_no: 1,
    last_seq: card_rev,
    customer_unread: 0,
    farmer_unread: card_rev,
    customer_seq: 0,
    farmer_seq: 0,
    order_seq: 0,
  },
  last: {
    message_id: '0193579a-2f3c-7c11-9d5e-3f6a7b8c9d01',
    room_id: room(n),
    seq: card_rev,
    rev: card_rev,
    created_rev: card_rev,
    kind: 'text',
    sender_id: 'ada',
    body: 'Friday?',
    images: null,
    client_message_id: null,
    status_from: null,
    status_to: null,
    created_at: new Date(),
    edited_at: null,
    deleted_at: null,
  },
})
const row = (id: string) => batchRow(id, [], 'r')

/** An outbox that only notes what it is given. */
function openTeller() {
  const told: { cards: [room: string, cardRev: number, requestId: string][]; rows: string[] }[] = []
  const missed: string[] = []
  const sizes: number[] = []
  const ids = (rows: readonly OutboxRow[]) => rows.map(({ id }) => id)
  const outbox: Outbox = {
    async publish(entries: readonly Entry[], rows) {
      const parts = entries.map(({ fields }) => messageEvents['cards.changed'].parse(fields).cards)
      const cards = parts.flat()
      sizes.push(...parts.map(({ length }) => length))
      told.push({ cards: cards.map((it) => [it.room_id, it.card_rev, it.request_id]), rows: ids(rows) })
      return true
    },
    leave: (rows) => void missed.push(...ids(rows)),
    gauges: { waiting: 0, oldestS: 0 },
    close: async () => undefined,
  }
  return { teller: startCardTeller(outbox), told, missed, sizes }
}
const sent = Promise.resolve(true)

describe('card teller', () => {
  it('tells a card that is alone at once, and a room that goes on once for all that came meanwhile', async () => {
    const { teller, told } = openTeller()
    teller.tell({ changed: [card(1, 1)], rows: [row('1')], requestId: 'r-1', sent })
    await until(() => told.length === 1)
    teller.tell({ changed: [card(1, 2), card(2, 1)], rows: [row('2')], requestId: 'r-2', sent })
    teller.tell({ changed: [card(1, 4)], rows: [row('3')], requestId: 'r-3', sent })
    teller.tell({ changed: [card(1, 3)], rows: [row('4')], requestId: 'r-4', sent })
    await teller.close()
    expect(told).toMatchObject([{ cards: [[room(1), 1, 'r-1']], rows: ['1'] }, { rows: ['2', '3', '4'] }])
    expect(told[1]?.cards.toSorted()).toEqual([
      [room(1), 4, 'r-3'],
      [room(2), 1, 'r-2'],
    ])
  })

  it('lets no row go whose frames did not get through', async () => {
    const { teller, told, missed } = openTeller()
    teller.tell({ changed: [card(1, 1)], rows: [row('1')], requestId: 'r', sent: Promise.resolve(false) })
    teller.tell({ changed: [card(2, 1)], rows: [row('2')], requestId: 'r', sent })
    await teller.close()
    expect(told.flatMap(({ rows }) => rows)).toEqual(['2'])
    expect(missed).toEqual(['1'])
  })

  it('leaves the rows of more batches than may wait to the sweeper', async () => {
    const { teller, told, missed } = openTeller()
    const never = Promise.withResolvers<boolean>()
    teller.tell({ changed: [], rows: [], requestId: 'r', sent: never.promise })
    for (let n = 0; n <= 5_000; n++) teller.tell({ changed: [], rows: [row(String(n))], requestId: 'r', sent })
    expect(missed).toEqual(['5000'])
    never.resolve(true)
    await teller.close()
    expect(told.flatMap(({ rows }) => rows)).toHaveLength(5_000)
  })

  it('rests after many cards for as long as they deserve', async () => {
    const { teller, told } = openTeller()
    teller.tell({ changed: Array.from({ length: 200 }, (_, n) => card(n, 1)), rows: [], requestId: 'r', sent })
    await until(() => told.length === 1)
    const toldAt = performance.now()
    teller.tell({ changed: [card(1, 2)], rows: [], requestId: 'r', sent })
    await until(() => told.length === 2)
    expect(performance.now() - toldAt).toBeGreaterThan(restAfter(200) / 2)
  })

  it('rests the longer the more it told, half a second at most', () => {
    expect([1, 50, 100, 200, 5_000].map(restAfter)).toEqual([100, 100, 200, 400, 500])
  })

  it('bounds an entry', async () => {
    const { teller, told, sizes } = openTeller()
    const cards = Array.from({ length: 1_000 }, (_, n) => card(n, 1))
    teller.tell({ changed: cards, rows: [], requestId: 'r', sent })
    await teller.close()
    expect(told[0]?.cards).toHaveLength(1_000)
    expect(Math.max(...sizes)).toBe(64)
  })
})
