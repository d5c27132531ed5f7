import { until } from '@farmgate/testing/until.ts'
import { afterEach, describe, expect, test } from 'vitest'
import { FarmgateError, type FarmgateErrorCode } from '../errors.ts'
import { memoryOutbox } from './memory.ts'
import { Outbox } from './outbox.ts'
import { type Courier, Sender } from './sender.ts'

const PLACE = { user_id: 'c-1', room_id: 'r-1' }
const BACKOFF = { base: 1, cap: 5 }

const refusal = (code: FarmgateErrorCode, status = 400) => new FarmgateError({ status, code, detail: code })

type Verdict = FarmgateErrorCode | 'stored' | 'silence'

/** A connection that stores what it is told, and does with each message what `verdicts` say first. */
function openTab(store = memoryOutbox()) {
  const stored: { body: string; image_ids: string[] }[] = []
  const said: string[] = []
  const verdicts: Verdict[] = []
  const uploads: (FarmgateErrorCode | 'done')[] = []
  let uploaded = 0
  const outbox: Outbox = new Outbox(store, PLACE, () => sender.look())
  const courier: Courier = {
    async upload(_image, _signal, onProgress) {
      onProgress(0.5)
      const verdict = uploads.shift() ?? 'done'
      if (verdict !== 'done') throw refusal(verdict)
      return `image-${++uploaded}`
    },
    say({ client_message_id, body, image_ids = [] }) {
      said.push(body)
      const verdict = verdicts.shift() ?? 'stored'
      // The answer comes later, as frames do.
      queueMicrotask(() => {
        if (verdict === 'stored') {
          stored.push({ body, image_ids })
          sender.acknowledged(client_message_id)
        } else if (verdict !== 'silence') {
          sender.refused(client_message_id, { code: verdict, detail: verdict })
        }
      })
      return true
    },
  }
  const sender: Sender = new Sender({ outbox, store, place: PLACE, courier, backoff: BACKOFF })
  opened.push(sender)
  return {
    outbox,
    sender,
    said,
    stored,
    verdicts,
    uploads,
    write: (body: string, images: Blob[] = []) => outbox.write({ body, images }),
    bodies: () => stored.map(({ body }) => body),
    states: () => outbox.entries.map(({ state }) => state),
    empty: () => until(() => outbox.entries.length === 0),
  }
}

const opened: Sender[] = []
afterEach(async () => {
  for (const sender of opened.splice(0)) await sender.close()
})

const photo = () => new Blob(['photo'])

describe('what has been written', () => {
  test('waits for a connection, then goes out once, in order', async () => {
    const tab = openTab()
    for (const body of ['one', 'two', 'three']) await tab.write(body)
    expect(tab.states()).toEqual(['waiting', 'waiting', 'waiting'])
    tab.sender.start()
    await tab.empty()
    expect(tab.said).toEqual(['one', 'two', 'three'])
  })

  test('survives a reload', async () => {
    const store = memoryOutbox()
    await openTab(store).write('before', [photo()])
    const after = openTab(store)
    after.sender.start()
    await until(() => after.stored.length === 1)
    expect(after.stored).toEqual([{ body: 'before', image_ids: ['image-1'] }])
    expect(await store.list(PLACE)).toEqual([])
  })

  test('is on the screen before it is kept', () => {
    const tab = openTab()
    void tab.write('now')
    expect(tab.outbox.entries).toMatchObject([{ state: 'waiting', body: 'now' }])
  })

  test('is not there where it could not be kept', async () => {
    const full = { ...memoryOutbox(), add: () => Promise.reject(new Error('the disk is full')) }
    const tab = openTab(full)
    await expect(tab.write('too much')).rejects.toThrow('the disk is full')
    expect(tab.outbox.entries).toEqual([])
  })

  test('is sent by one of two tabs, and by the other when that one is gone', async () => {
    const store = memoryOutbox()
    const [one, other] = [openTab(store), openTab(store)]
    one.sender.start()
    other.sender.start()
    for (let n = 1; n <= 20; n++) await (n % 2 ? one : other).write(`${n}`)
    await until(() => one.stored.length + other.stored.length === 20)
    await one.sender.close()
    await one.write('last')
    await until(() => other.bodies().includes('last'))
    expect([...one.said, ...other.said]).toHaveLength(21)
  })
})

describe('a failure', () => {
  test.each(['rate_limited', 'overloaded', 'unavailable', 'unauthorized'] as const)(
    '%s is temporary: the message goes again, and nothing overtakes it',
    async (code) => {
      const tab = openTab()
      tab.verdicts.push(code, code)
      await tab.write('one')
      await tab.write('two')
      tab.sender.start()
      await tab.empty()
      expect(tab.said).toEqual(['one', 'one', 'one', 'two'])
      expect(tab.bodies()).toEqual(['one', 'two'])
    },
  )

  test.each(['bad_frame', 'internal', 'image_used'] as const)(
    '%s is final: the message says so, and the next one goes',
    async (code) => {
      const tab = openTab()
      tab.verdicts.push(code)
      await tab.write('one')
      await tab.write('two')
      tab.sender.start()
      await until(() => tab.bodies().includes('two'))
      await until(() => tab.outbox.entries.length === 1)
      expect(tab.outbox.entries).toMatchObject([{ state: 'failed', body: 'one', error: { code } }])
    },
  )

  test('of a photo, for good, fails its message', async () => {
    const tab = openTab()
    tab.uploads.push('unsupported_image')
    await tab.write('one', [photo()])
    tab.sender.start()
    await until(() => tab.states()[0] === 'failed')
    expect(tab.said).toEqual([])
  })

  test('a lost answer is asked for again on the next connection, under the same id', async () => {
    const tab = openTab()
    tab.verdicts.push('silence')
    const id = await tab.write('one')
    tab.sender.start()
    await until(() => tab.said.length === 1)
    tab.sender.stop()
    await until(() => tab.states()[0] === 'waiting')
    expect(tab.outbox.entries[0]?.client_message_id).toBe(id)
    tab.sender.start()
    await tab.empty()
    expect(tab.said).toEqual(['one', 'one'])
  })
})

describe('a photo', () => {
  test('is uploaded once, however often its message is sent', async () => {
    const tab = openTab()
    tab.verdicts.push('unavailable', 'unavailable')
    await tab.write('', [photo(), photo()])
    tab.sender.start()
    await tab.empty()
    expect(tab.stored).toEqual([{ body: '', image_ids: ['image-1', 'image-2'] }])
  })

  test('is uploaded once, also where its image_id could not be kept at first', async () => {
    const store = memoryOutbox()
    let refusals = 2
    const update: typeof store.update = (message) =>
      refusals-- > 0 ? Promise.reject(new Error('the disk is full')) : store.update(message)
    const tab = openTab({ ...store, update })
    await tab.write('', [photo()])
    tab.sender.start()
    await tab.empty()
    expect(tab.stored).toEqual([{ body: '', image_ids: ['image-1'] }])
  })

  test('that the server has forgotten meanwhile is uploaded again', async () => {
    const tab = openTab()
    tab.verdicts.push('unavailable', 'unknown_image')
    await tab.write('', [photo()])
    tab.sender.start()
    await tab.empty()
    expect(tab.stored).toEqual([{ body: '', image_ids: ['image-2'] }])
  })

  test('that the server does not know right after its upload fails its message', async () => {
    const tab = openTab()
    tab.verdicts.push('unknown_image')
    await tab.write('', [photo()])
    tab.sender.start()
    await until(() => tab.states()[0] === 'failed')
  })

  test('tells how far its upload is, and stays the same object on the screen', async () => {
    const tab = openTab()
    tab.uploads.push('unavailable')
    await tab.write('', [photo()])
    const before = tab.outbox.entries[0]?.images[0]
    expect(before?.progress).toBe(0)
    tab.verdicts.push('bad_frame')
    tab.sender.start()
    await until(() => tab.states()[0] === 'failed')
    expect(tab.outbox.entries[0]?.images[0]).toMatchObject({ local_id: before?.local_id, progress: 1 })
    expect(tab.outbox.entries[0]?.images[0]?.file).toBe(before?.file)
  })
})

describe('a message that waits', () => {
  test('is dropped by its writer, also on its way', async () => {
    const tab = openTab()
    tab.verdicts.push('silence')
    const id = await tab.write('never mind')
    await tab.write('this one')
    tab.sender.start()
    await until(() => tab.said.length === 1)
    tab.sender.discarded(id)
    await tab.outbox.done(id)
    await tab.empty()
    expect(tab.bodies()).toEqual(['this one'])
  })

  test('is done where the history has it already, whenever that is learnt', async () => {
    const store = memoryOutbox()
    const id = await openTab(store).write('stored before the reload')
    const tab = openTab(store)
    await tab.outbox.done(id)
    tab.sender.start()
    await until(async () => (await store.list(PLACE)).length === 0)
    expect(tab.said).toEqual([])
  })
})
