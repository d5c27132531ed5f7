import { expect, test } from 'vitest'
import { ADA, BO, stored, unsent } from './entries.fixture.ts'
import { newFromOthers } from './news.ts'

const seqs = ({ messages }: ReturnType<typeof newFromOthers>) => messages.map(({ seq }) => seq)

test('what stood there when the conversation was opened is no news', () => {
  expect(newFromOthers([stored(1, { sender_id: BO })], undefined, ADA)).toEqual({ last: 1, messages: [] })
  expect(newFromOthers([], undefined, ADA)).toEqual({ last: 0, messages: [] })
})

test('what the other wrote since then is, in order; one’s own is not', () => {
  const entries = [stored(1, { sender_id: BO }), stored(2, { sender_id: BO }), stored(3), stored(4, { sender_id: BO })]
  const news = newFromOthers([...entries, unsent('a')], 1, ADA)
  expect(seqs(news)).toEqual([2, 4])
  expect(news.last).toBe(4)
})

test('the same again is no news, and an older page is none', () => {
  expect(seqs(newFromOthers([stored(1, { sender_id: BO }), stored(2, { sender_id: BO })], 2, ADA))).toEqual([])
})

test('the first message of an empty room is news', () => {
  expect(seqs(newFromOthers([stored(1, { sender_id: BO })], 0, ADA))).toEqual([1])
})
