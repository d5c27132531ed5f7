import { INBOX_STREAM } from '@farmgate/contracts/inbox-events.ts'
import { FRAMES_STREAM, MESSAGES_STREAM } from '@farmgate/contracts/message-events.ts'
import { SIGNALS_STREAM } from '@farmgate/contracts/signals.ts'
import type { Tail } from '@farmgate/streams/tail.ts'
import { comparePositions } from './compare.ts'
import { compareCards } from './compare-cards.ts'
import type { Held } from './held.ts'
import { inboxEntries } from './tails/inbox.ts'
import { messageEntries } from './tails/messages.ts'
import { signalEntries } from './tails/signals.ts'
import { tailStreams } from './tails/tail-streams.ts'

/** Everything that a gateway hears; and what it asks for where something may have been missed. */
export function hear(held: Held): Tail {
  const positions = comparePositions(held)
  const cards = compareCards(held)
  const messages = messageEntries(held)
  // In this order what one read brings of a batch comes before what was changed in it.
  return tailStreams(held, [positions.now, cards.now], {
    [FRAMES_STREAM]: messages,
    [MESSAGES_STREAM]: messages,
    [INBOX_STREAM]: inboxEntries(held),
    [SIGNALS_STREAM]: signalEntries(held),
  })
}
