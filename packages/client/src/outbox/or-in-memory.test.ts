import { expect, test } from 'vitest'
import { memoryOutbox } from './memory.ts'
import { orInMemory } from './or-in-memory.ts'

const PLACE = { user_id: 'c-1', room_id: 'r-1' }
const message = { ...PLACE, client_message_id: 'm-1', body: 'one', images: [], created_at: '2026-11-23T12:00:00.000Z' }

test.each([
  ['goes where it is kept', async () => undefined, [message]],
  ['waits in memory where the browser keeps nothing', () => Promise.reject(new Error('storage is blocked')), []],
])('what is written %s, and whoever watches is told', async (_, opened, kept) => {
  const store = memoryOutbox()
  const outbox = orInMemory(store, opened())
  let told = 0
  const end = outbox.watch(PLACE, () => told++)
  await outbox.add(message)
  expect(await outbox.list(PLACE)).toEqual([message])
  expect(await store.list(PLACE)).toEqual(kept)
  await outbox.remove('m-1')
  expect([await outbox.list(PLACE), told]).toEqual([[], 2])
  await outbox.add(message)
  await outbox.forget('somebody else')
  expect(await outbox.count('c-1')).toBe(1)
  await outbox.forget('c-1')
  expect([await outbox.count('c-1'), told]).toEqual([0, 4])
  end()
  await outbox.add(message)
  expect(told).toBe(4)
})
