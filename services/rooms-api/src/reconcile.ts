import type { Card } from '@farmgate/contracts/message-events.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { backoffMs, createBell, oneAtATime } from '@farmgate/streams/bell.ts'
import type { Announcer } from './announcer.ts'
import { applyCards } from './cards.ts'
import type { MessagesApi } from './messages-api.ts'

const PAGE = 500
const RETRY_MOST_MS = 5_000

type Holds = { db: Database; messagesApi: MessagesApi; announcer: Announcer; log: Log }

/**
 * Compares all our cards with messages-api, which owns what they show: whenever entries of its stream may have been
 * lost, and at the start, since a loss before it is nobody's to tell. Several instances may do it at once: a card is
 * absolute, and the same one again changes nothing.
 */
export function startReconciler({ log, ...holds }: Holds) {
  const bell = createBell()
  let isClosing = false

  // However often it is asked for: the round under way, which may have passed the room in question, and one more.
  const { soon, idle } = oneAtATime(async () => {
    for (let tries = 0; !isClosing; tries++) {
      try {
        log.info({ changed: await compareAll(holds, () => isClosing) }, 'cards.reconciled')
        return
      } catch (error) {
        log.warn({ reason: String(error), tries }, 'cards.not_reconciled')
        await bell.wait(backoffMs(tries, RETRY_MOST_MS))
      }
    }
  })
  return {
    soon,
    async close(): Promise<void> {
      isClosing = true
      bell.ring()
      await idle()
    },
  }
}

/** How many cards had been behind. */
async function compareAll(
  { db, messagesApi, announcer }: Omit<Holds, 'log'>,
  isClosing: () => boolean,
): Promise<number> {
  let changed = 0
  for (let after: string | undefined; !isClosing(); ) {
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
