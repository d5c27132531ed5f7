import { describe, expect, test } from 'vitest'
import { ADA, BO, stored, unsent } from './entries.fixture.ts'
import { othersReadSeq, type Reader, type Row, rowAt, rowKey, unreadLineSeq } from './rows.ts'

const reader: Reader = { userId: ADA, othersRead: 0, firstUnread: null, hasOlder: false }
const rows = (entries: Parameters<typeof rowAt>[0], given: Partial<Reader> = {}) =>
  entries.map((_, index) => rowAt(entries, index, { ...reader, ...given }) as Row)
const which = (all: Row[], field: keyof Row) => all.flatMap((row, index) => (row[field] ? index : []))

describe('groups', () => {
  test('what one person writes within five minutes of the message before is one group', () => {
    const all = rows([stored(1), stored(2, { minutes: 4 }), stored(3, { minutes: 8 }), stored(4, { minutes: 13 })])
    expect(which(all, 'opensGroup')).toEqual([0, 3])
    expect(which(all, 'closesGroup')).toEqual([2, 3])
  })

  test('the other party, a change of the order and midnight begin a new one', () => {
    const all = rows([
      stored(1),
      stored(2, { sender_id: BO }),
      stored(3, { sender_id: BO, kind: 'order_status' }),
      stored(4, { sender_id: BO, minutes: 12 * 60 - 1 }),
      stored(5, { sender_id: BO, minutes: 12 * 60 }),
    ])
    expect(which(all, 'opensGroup')).toEqual([0, 1, 2, 3, 4])
  })

  test('the unread line parts a group', () => {
    const all = rows([stored(1, { sender_id: BO }), stored(2, { sender_id: BO })], { firstUnread: 2 })
    expect(which(all, 'opensUnread')).toEqual([1])
    expect(which(all, 'opensGroup')).toEqual([0, 1])
  })

  test('what waits goes on with what is stored', () => {
    expect(which(rows([stored(1), unsent('a'), unsent('b')]), 'opensGroup')).toEqual([0])
  })
})

test('each day has one first message', () => {
  const all = rows([stored(1), stored(2, { minutes: 12 * 60 }), stored(3, { minutes: 12 * 60 + 1 })])
  expect(which(all, 'opensDay')).toEqual([0, 1])
})

test('while there are older pages, the oldest row is not said to be the first of its day: it would jump when it is not', () => {
  const all = rows([stored(1), stored(2), stored(3, { minutes: 12 * 60 })], { hasOlder: true })
  expect(which(all, 'opensDay')).toEqual([2])
})

describe('marks', () => {
  test('one’s own are sent, then read as far as the other has read', () => {
    const all = rows([stored(1), stored(2), stored(3, { sender_id: BO })], { othersRead: 1 })
    expect(all.map(({ mark }) => mark)).toEqual(['read', 'sent', undefined])
  })

  test('what is not stored says how far it is', () => {
    const all = rows([unsent('a', { state: 'sending' }), unsent('b'), unsent('c', { state: 'failed' })])
    expect(all.map(({ mark }) => mark)).toEqual(['sending', 'waiting', 'failed'])
  })

  test('a status line and a deleted message have none', () => {
    const all = rows([stored(1, { kind: 'order_status' }), stored(2, { deleted_at: stored(1).message.created_at })])
    expect(all.map(({ mark }) => mark)).toEqual([undefined, undefined])
  })

  test('inside a group a mark shows only where it changes', () => {
    const all = rows([stored(1), stored(2), stored(3), unsent('a'), unsent('b')], { othersRead: 2 })
    expect(which(all, 'showsMark')).toEqual([1, 2, 4])
  })
})

test('a message keeps its key when it is acknowledged', () => {
  expect(rowKey(unsent('own-7'), ADA)).toBe(rowKey(stored(7), ADA))
})

test('the other’s message is named by its own id, whatever its sender called it', () => {
  expect(rowKey(stored(7, { sender_id: BO }), ADA)).toBe('message-7')
  expect(rowKey(stored(8, { client_message_id: null }), ADA)).toBe('message-8')
})

test('outside the history there is no row', () => {
  expect(rowAt([stored(1)], 1, reader)).toBeUndefined()
})

test('the other party’s marker is that of the other role', () => {
  const read = { customer_seq: 3, farmer_seq: 5 }
  const room = { customer_id: ADA } as Parameters<typeof othersReadSeq>[0]['room']
  expect(othersReadSeq({ room, read }, ADA)).toBe(5)
  expect(othersReadSeq({ room, read }, BO)).toBe(3)
})

describe('the unread line', () => {
  const unread = [stored(1), stored(2, { sender_id: BO }), stored(3, { sender_id: BO })]
  const line = (...answers: typeof unread | [ReturnType<typeof unsent>]) =>
    unreadLineSeq({ entries: [...unread, ...answers], first_unread_seq: 2 }, ADA)

  test('stands above the first unread message for as long as only the other writes', () => {
    expect(line()).toBe(2)
    expect(line(stored(4, { sender_id: BO }))).toBe(2)
  })

  test('is not taken away by what waits, or was refused, since before it was there', () => {
    expect(line(unsent('a'))).toBe(2)
  })

  test('goes once an answer is stored, and stays away', () => {
    expect(line(stored(4))).toBeNull()
    expect(line(stored(4), stored(5, { sender_id: BO }))).toBeNull()
  })

  test('is nowhere where nothing was unread', () => {
    expect(unreadLineSeq({ entries: unread, first_unread_seq: null }, ADA)).toBeNull()
  })
})
