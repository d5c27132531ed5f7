import { Refusal } from '@farmgate/service-kit/refusal.ts'

/** Lets work begin while less than `most` of it is under way; throws Refusal('overloaded') beyond that. */
export type Turnstile = <T>(work: () => Promise<T>) => Promise<T>

export function openTurnstile(most: number): Turnstile {
  let inside = 0
  return async (work) => {
    if (inside >= most) throw new Refusal('overloaded')
    inside++
    try {
      return await work()
    } finally {
      inside--
    }
  }
}
