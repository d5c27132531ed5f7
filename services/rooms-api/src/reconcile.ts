import { setTimeout as wait } from 'node:timers/promises'
import type { Card } from '@farmgate/contracts/message-events.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Announcer } from './announcer.ts'
import { applyCards } from './cards.ts'
import type { MessagesApi } from './messages-api.ts'

const PAGE = 500
const FIRST_RETRY_MS = 500
const MOST_RETRY_MS = 5_000

type Holds = { db: Database; messagesApi: MessagesApi; announcer: Announcer; log: Log }

export type Reconciler = ReturnType<typeof startReconciler>

/**
 * Compares all our cards with messages-api, which owns what they show: whenever entries of its stream may have been
 * lost, and at the start, since a loss before it is nobody's to tell. Several instances may do it at once: a card is
 * absolute, and the same one again changes nothing.
 */
export function startReconciler({ db, messagesApi, announcer, log }: Holds) {
  const stopping = new AbortController()
  let wanted = false
  let running: Promise<void> | undefined

  // However often it is asked for: the round under way, which may have passed the room in question, and one more.
  async function work() {
    for (let retryMs = FIRST_RETRY_MS; wanted && !stopping.signal.aborted; ) {
      wanted = false
      try {
        log.info({ changed: await compareAll({ db, messagesApi, announcer }, stopping.signal) }, 'cards.reconciled')
        retryMs = FIRST_RETRY_MS
      } catch (error) {
        wanted = true
        log.warn({ reason: String(error), retry_ms: retryMs }, 'cards.not_reconciled')
        await pause(retryMs, stopping.signal)
        retryMs = Math.min(2 * retryMs, MOST_RETRY_MS)
      }
    }
    running = undefined
  }

  return {
    ask(): void {
      wanted = true
      running ??= work()
    },
    async close(): Promise<void> {
      stopping.abort()
      await running
    },
  }
}

/** How many cards had been behind. */
async function compareAll({ db, messagesApi, announcer }: Omit<Holds, 'log'>, stopping: AbortSignal): Promise<number> {
  let changed = 0
  for (let after: string | undefined; !stopping.aborted; ) {
    const cards: Card[] = await messagesApi.cards({ limit: PAGE, ...(after && { after }) })
    const last = cards.at(-1)
    if (!last) break
    const rows = await db.run((sql) => applyCards(sql, cards))
    announcer.tell({ events: [], rows })
    changed += rows.length
    after = last.room_id
  }
  return changed
}

const pause = (ms: number, signal: AbortSignal) => wait(ms, undefined, { signal }).catch(() => undefined)
