import { applyCardsBody } from '@farmgate/contracts/internal-rooms.ts'
import { v7 as uuid } from 'uuid'
import { expect, test } from 'vitest'
import { sayChanges } from './announce.ts'
import { batchRow } from './outbox-rows.ts'

/** The rows of these rooms, as Postgres would give them: rooms in which nothing was said yet. */
const sql = async (_strings: TemplateStringsArray, roomIds: readonly string[]) => roomIds.map(quietRoom)
const quietRoom = (room_id: string) => {
  const unread = { customer_unread: 0, farmer_unread: 0 }
  const read = { customer_seq: 0, farmer_seq: 0, order_seq: 0 }
  return { room_id, card_rev: 1, event_no: 1, last_seq: 0, ...unread, ...read, last: null }
}

test('while Redis is away, rows of batches of many rooms are handed over in parts that rooms-api takes', async () => {
  const taken: string[][] = []
  const post = async (_path: string, body: object) =>
    void taken.push(applyCardsBody.parse(body).cards.map(({ room_id }) => room_id))
  const { whenAway } = sayChanges({ sql } as never, { post } as never, (() => '') as never)
  const rooms = Array.from({ length: 2_300 }, () => ({ room_id: uuid(), first: 1, last: 1 }))
  const rows = [rooms.slice(0, 1_200), rooms.slice(1_100)].map((some, at) => batchRow(`${at}`, some, 'r-1'))
  await whenAway(rows)
  expect(taken.flat()).toEqual(rooms.map(({ room_id }) => room_id))
})
