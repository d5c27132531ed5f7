import { useSyncExternalStore } from 'react'

let text = ''
const listeners = new Set<() => void>()

/** Lets a screen reader say this once what it reads now is done. The same text twice in a row is said twice. */
export function announce(next: string) {
  // A no-break space more or less is not heard, and makes a repeated text a new one.
  say(next === text ? `${next}\u00a0` : next)
}

/** Takes back what was said: it is not for whoever uses this window next. */
export const hush = () => say('')

function say(next: string) {
  text = next
  for (const listener of listeners) listener()
}

/** Where `announce` speaks; once on a page. */
export function Announcer() {
  const said = useSyncExternalStore(subscribe, () => text)
  return (
    <p role="status" className="visually-hidden">
      {said}
    </p>
  )
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
