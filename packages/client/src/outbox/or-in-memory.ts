import { memoryOutbox } from './memory.ts'
import type { OutboxStore } from './store.ts'

/** `store` once it is `ready`; where it never will be, one in memory: what is written there lasts as long as the page. */
export function orInMemory(store: OutboxStore, ready: Promise<unknown>): OutboxStore {
  const memory = memoryOutbox()
  const chosen = ready.then(
    () => store,
    () => memory,
  )
  return {
    list: async (place) => (await chosen).list(place),
    add: async (message) => (await chosen).add(message),
    update: async (message) => (await chosen).update(message),
    remove: async (clientMessageId) => (await chosen).remove(clientMessageId),
    count: async (userId) => (await chosen).count(userId),
    forget: async (userId) => (await chosen).forget(userId),
    watch(place, changed) {
      // The one that is not chosen never changes.
      const ends = [store.watch(place, changed), memory.watch(place, changed)]
      return () => {
        for (const end of ends) end()
      }
    },
    alone: async (place, signal, work) => (await chosen).alone(place, signal, work),
    close: () => store.close(),
  }
}
