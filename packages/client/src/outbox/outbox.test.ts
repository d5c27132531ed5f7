import { setImmediate as later } from 'node:timers/promises'
import { until } from '@farmgate/testing/until.ts'
import { expect, test } from 'vitest'
import { memoryOutbox } from './memory.ts'
import { Outbox } from './outbox.ts'
import type { OutboxStore } from './store.ts'

const PLACE = { user_id: 'c-1', room_id: 'r-1' }

/** A store that takes its time to answer, as a disk does. */
function slowStore(): OutboxStore {
  const store = memoryOutbox()
  return {
    ...store,
    async list(place) {
      const listed = await store.list(place)
      await later()
      return listed
    },
  }
}

test('what is written stays on the screen while the store is asked, and asked again', async () => {
  const counts: number[] = []
  const outbox: Outbox = new Outbox(slowStore(), PLACE, () => counts.push(outbox.entries.length))
  const writing = ['one', 'two', 'three'].map((body) => outbox.write({ body, images: [] }))
  await Promise.all([...writing, outbox.look(), later().then(() => outbox.look())])
  expect(outbox.entries.map(({ body }) => body)).toEqual(['one', 'two', 'three'])
  expect(counts).toEqual(counts.toSorted((one, other) => one - other))
})

test('what waits elsewhere is of no concern here', async () => {
  const store = memoryOutbox()
  const here = new Outbox(store, PLACE, () => undefined)
  const elsewhere = new Outbox(store, { ...PLACE, user_id: 'f-1' }, () => undefined)
  await elsewhere.write({ body: 'by somebody else', images: [] })
  await here.look()
  expect(here.entries).toEqual([])
})

test('what another tab writes and drops is seen here', async () => {
  const store = slowStore()
  const [one, other] = [1, 2].map(() => new Outbox(store, PLACE, () => undefined))
  const id = (await one?.write({ body: 'from one tab', images: [] })) ?? ''
  await until(() => other?.entries.length === 1)
  await other?.done(id)
  await until(() => one?.entries.length === 0)
})

test('an entry is the same object for as long as it says the same', async () => {
  const outbox = new Outbox(memoryOutbox(), PLACE, () => undefined)
  const id = await outbox.write({ body: 'one', images: [new Blob(['photo'])] })
  const [before] = outbox.entries
  await outbox.look()
  expect(outbox.entries[0]).toBe(before)
  outbox.sending(id)
  expect(outbox.entries[0]).not.toBe(before)
  expect(outbox.entries[0]?.images[0]?.file).toBe(before?.images[0]?.file)
})

test('what is kept is written, also where the store cannot be read just then', async () => {
  const store = memoryOutbox()
  let isReadable = false
  const list: OutboxStore['list'] = async (place) => {
    if (!isReadable) throw new Error('the disk is busy')
    return store.list(place)
  }
  const outbox = new Outbox({ ...store, list }, PLACE, () => undefined)
  await outbox.write({ body: 'one', images: [] })
  isReadable = true
  await outbox.look()
  expect(outbox.entries.map(({ body }) => body)).toEqual(['one'])
})
