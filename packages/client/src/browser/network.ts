import type { Network, NetworkEvent } from '../network.ts'

/** `navigator.onLine`: where it says no, there is none; where it says yes, one finds out by trying. */
export const browserNetwork: Network = {
  online: () => navigator.onLine,
  watch(listener) {
    const ended = new AbortController()
    const on = (target: EventTarget, type: string, event: () => NetworkEvent | undefined) =>
      target.addEventListener(
        type,
        () => {
          const happened = event()
          if (happened) listener(happened)
        },
        { signal: ended.signal },
      )
    on(window, 'online', () => 'online')
    on(window, 'offline', () => 'offline')
    // Back from the cache of pages left: its sockets are dead.
    on(window, 'pageshow', () => 'visible')
    on(document, 'visibilitychange', () => (document.visibilityState === 'visible' ? 'visible' : undefined))
    return () => ended.abort()
  },
}
