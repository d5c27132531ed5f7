import type { OutboxStore, Place, WrittenMessage } from './store.ts'

/** An outbox that lives as long as this object: what is opened on it anew finds what waits there. */
export function memoryOutbox(): OutboxStore {
  const kept = new Map<string, WrittenMessage>()
  const watchers = new Map<string, Set<() => void>>()
  const turns = new Map<string, Promise<void>>()
  const tell = (place: Place) => {
    for (const changed of watchers.get(keyOf(place)) ?? []) changed()
  }

  const of = (userId: string) => [...kept.values()].filter((message) => message.user_id === userId)

  return {
    list: async (place) => [...kept.values()].filter((message) => keyOf(message) === keyOf(place)),
    async add(message) {
      kept.set(message.client_message_id, message)
      tell(message)
    },
    async update(message) {
      if (!kept.has(message.client_message_id)) return
      kept.set(message.client_message_id, message)
      tell(message)
    },
    async remove(clientMessageId) {
      const message = kept.get(clientMessageId)
      kept.delete(clientMessageId)
      if (message) tell(message)
    },
    count: async (userId) => of(userId).length,
    async forget(userId) {
      const forgotten = of(userId)
      for (const message of forgotten) kept.delete(message.client_message_id)
      for (const message of forgotten) tell(message)
    },
    watch(place, changed) {
      const key = keyOf(place)
      const here = watchers.get(key) ?? new Set()
      watchers.set(key, here.add(changed))
      return () => {
        here.delete(changed)
      }
    },
    async alone(place, signal, work) {
      const before = turns.get(keyOf(place)) ?? Promise.resolve()
      const mine = before.then(() => (signal.aborted ? undefined : work()))
      // Whoever comes next waits for this turn, however it ends.
      turns.set(
        keyOf(place),
        mine.catch(() => undefined),
      )
      await mine
    },
    // Nothing is held open.
    close: async () => undefined,
  }
}

const keyOf = ({ user_id, room_id }: Place) => `${user_id} ${room_id}`
