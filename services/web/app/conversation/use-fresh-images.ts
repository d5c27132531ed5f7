import type { Message } from '@farmgate/contracts/messages.ts'
import { useRef } from 'react'
import { useConversation } from './conversation-context.ts'

/** What cannot be shown with a new URL either is asked for again after this long at the soonest. */
const AGAIN_MS = 60_000

/** The URLs of photos are good for some minutes only. Gives what asks for new ones when one has failed: the room has them then. */
export function useFreshImages({ message_id }: Message): () => void {
  const { live } = useConversation()
  const askedAt = useRef(Number.NEGATIVE_INFINITY)
  return () => {
    if (performance.now() - askedAt.current < AGAIN_MS) return
    askedAt.current = performance.now()
    live.renew(message_id).catch(() => undefined)
  }
}
