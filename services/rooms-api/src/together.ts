import { deadline } from '@farmgate/service-kit/deadline.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

type Options<Item, Answer> = {
  /** Answers a batch, one answer an item, in their order. */
  work: (items: Item[]) => Promise<readonly Answer[]>
  /** Whether a batch that failed shall be tried item by item, so that only the culprit fails. */
  failsAlone: (error: unknown) => boolean
  /** Whom a caller blames who waited in vain. */
  what: string
  most: number
  atOnce: number
  maxWaiting: number
  deadlineMs: number
}

type Asked<Item, Answer> = { item: Item; endsAt: number; resolve(answer: Answer): void; reject(reason: unknown): void }

/**
 * Work that is cheaper by the batch. While `atOnce` batches are under way new items wait, and leave together with the
 * next: no timer, one alone leaves with this turn of the event loop, and under load batches grow by themselves. Each
 * caller has an answer, or DependencyAway, within `deadlineMs`; what has not begun by then is never done.
 * @throws Refusal `overloaded` where too many wait
 */
export function together<Item, Answer>(options: Options<Item, Answer>): (item: Item) => Promise<Answer> {
  const { work, failsAlone, what, most, atOnce, maxWaiting, deadlineMs } = options
  const waiting: Asked<Item, Answer>[] = []
  let running = 0

  const answer = async (batch: readonly Asked<Item, Answer>[]): Promise<void> => {
    try {
      const answers = await work(batch.map(({ item }) => item))
      if (answers.length !== batch.length) throw new Error(`${answers.length} answers to ${batch.length} items`)
      for (const [at, given] of answers.entries()) batch[at]?.resolve(given)
    } catch (error) {
      if (batch.length > 1 && failsAlone(error)) await Promise.all(batch.map((one) => answer([one])))
      else for (const { reject } of batch) reject(error)
    }
  }

  const run = async () => {
    running++
    await endOfTurn()
    while (waiting.length > 0) {
      const now = performance.now()
      const batch = waiting.splice(0, most).filter(({ endsAt }) => now < endsAt)
      if (batch.length > 0) await answer(batch)
    }
    running--
  }

  return (item) => {
    if (waiting.length >= maxWaiting) throw new Refusal('overloaded')
    const { promise, resolve, reject } = Promise.withResolvers<Answer>()
    waiting.push({ item, endsAt: performance.now() + deadlineMs, resolve, reject })
    if (running < atOnce) void run()
    return deadline(promise, deadlineMs, what)
  }
}

/** What other requests bring in the same turn of the event loop shall leave in the same batch. */
const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
