import {
  type CausedCard,
  messageEvents as known,
  type MessageEvent,
  messageEvent,
} from '@farmgate/contracts/message-events.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { Announcer } from '../announcer.ts'
import { applyCards } from '../cards.ts'

/** An entry of the stream `messages`; a type that we do not know is a newer producer's. Throws where it does not parse. */
export function decodeMessageEvent(fields: Readonly<Record<string, string>>): MessageEvent | 'unknown' {
  const { type } = fields
  if (type !== undefined && !Object.hasOwn(known, type)) return 'unknown'
  return messageEvent.parse({ ...fields })
}

/** Keeps the cards: one write per room and batch, whatever the number of its messages. May run twice. */
export const messageEvents = (db: Database, announcer: Announcer) => async (events: MessageEvent[]) => {
  const cards = events.flatMap(cardsOf)
  announcer.tell({ events: [], rows: await db.run((sql) => applyCards(sql, cards)) })
}

function cardsOf(event: MessageEvent): CausedCard[] {
  if (event.type === 'cards.changed') return event.cards
  const cards = 'cards' in event ? event.cards : event.card ? [event.card] : []
  return cards.map((card) => ({ ...card, request_id: event.request_id }))
}
