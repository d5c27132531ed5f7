import type { LiveRoom } from '@farmgate/client/room-snapshot.ts'
import { createContext, useContext } from 'react'

/** What every part of one conversation may need, and what stays the same while it is open. */
export type ConversationFacts = {
  live: LiveRoom
  roomId: string
  me: string
  /** Who is called what, by user id. */
  names: Readonly<Record<string, string>>
  /** Where the focus goes when what had it is gone. */
  toComposer: () => void
}

export const ConversationContext = createContext<ConversationFacts | null>(null)

export function useConversation(): ConversationFacts {
  const facts = useContext(ConversationContext)
  if (!facts) throw new Error('outside a conversation')
  return facts
}
