import { orInMemory } from '../outbox/or-in-memory.ts'
import type { OutboxStore, Place, WrittenMessage } from '../outbox/store.ts'

const STORE = 'messages'
const BY_PLACE = 'by_place'
const BY_ID = 'by_id'

/**
 * The outbox of a browser: it survives a reload, and all tabs share it. Messages are numbered by the database as they are
 * added, which is their order for every tab. Tabs tell each other of changes by a BroadcastChannel, and take turns by the
 * Web Locks API; without that two may send the same message, which its `client_message_id` makes one. Where the browser
 * lets nothing be kept (storage is blocked, some private windows), messages wait in memory.
 */
export function indexedDbOutbox(name = 'farmgate-outbox'): OutboxStore {
  const database = opened(name)
  const channel = new BroadcastChannel(name)
  let isClosed = false
  const watchers = new Map<string, Set<() => void>>()
  const tell = (key: string) => {
    for (const changed of watchers.get(key) ?? []) changed()
  }
  channel.onmessage = ({ data }) => tell(data)
  const changed = (place: Place) => {
    tell(keyOf(place))
    // What was being written while we closed is written; a closed channel would say that it is not.
    if (!isClosed) channel.postMessage(keyOf(place))
  }
  const store = async (mode: IDBTransactionMode) => (await database).transaction(STORE, mode).objectStore(STORE)

  const kept: OutboxStore = {
    async list(place) {
      const messages = await store('readonly')
      return result<WrittenMessage[]>(messages.index(BY_PLACE).getAll([place.user_id, place.room_id]))
    },
    async add(message) {
      const messages = await store('readwrite')
      messages.add(message)
      await committed(messages.transaction)
      changed(message)
    },
    async update(message) {
      const messages = await store('readwrite')
      await atCursor(messages, message.client_message_id, (cursor) => cursor.update(message))
      changed(message)
    },
    async remove(clientMessageId) {
      const messages = await store('readwrite')
      const removed = await atCursor(messages, clientMessageId, (cursor) => cursor.delete())
      if (removed) changed(removed)
    },
    async count(userId) {
      const messages = await store('readonly')
      return result(messages.index(BY_PLACE).count(allOf(userId)))
    },
    async forget(userId) {
      const messages = await store('readwrite')
      const forgotten = await result<WrittenMessage[]>(messages.index(BY_PLACE).getAll(allOf(userId)))
      for (const key of await result(messages.index(BY_PLACE).getAllKeys(allOf(userId)))) messages.delete(key)
      await committed(messages.transaction)
      for (const message of forgotten) changed(message)
    },
    watch(place, listener) {
      const key = keyOf(place)
      const here = watchers.get(key) ?? new Set()
      watchers.set(key, here.add(listener))
      return () => {
        here.delete(listener)
      }
    },
    async alone(place, signal, work) {
      if (!('locks' in navigator)) return work()
      await navigator.locks.request(`${name} ${keyOf(place)}`, { signal }, work)
    },
    async close() {
      isClosed = true
      channel.close()
      const open = await database.catch(() => undefined)
      open?.close()
    },
  }
  return orInMemory(kept, database)
}

/** Of every room: an array is above every string. */
const allOf = (userId: string) => IDBKeyRange.bound([userId], [userId, []])

const keyOf = ({ user_id, room_id }: Place) => `${user_id} ${room_id}`

/** Rejects where the browser keeps nothing; some throw at once. */
async function opened(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name, 1)
  request.onupgradeneeded = () => {
    const messages = request.result.createObjectStore(STORE, { autoIncrement: true })
    messages.createIndex(BY_PLACE, ['user_id', 'room_id'])
    messages.createIndex(BY_ID, 'client_message_id', { unique: true })
  }
  const database = await result(request)
  // A tab of a later build wants another schema: it would wait for as long as we hold this one.
  database.onversionchange = () => database.close()
  return database
}

/** Does it to the message of this id, and gives that as it was; undefined where there is none. */
async function atCursor(messages: IDBObjectStore, id: string, work: (cursor: IDBCursorWithValue) => void) {
  const cursor = await result(messages.index(BY_ID).openCursor(id))
  if (!cursor) return undefined
  work(cursor)
  await committed(messages.transaction)
  // Nothing but messages was ever added.
  return cursor.value as WrittenMessage
}

const result = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = () => reject(request.error)
  })

/** What has been written survives a reload. */
const committed = (transaction: IDBTransaction): Promise<void> =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
    transaction.onerror = () => reject(transaction.error)
  })
