import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { useEffect, useRef } from 'react'
import { announce } from '../shell/announcer.tsx'
import { type Texts, useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'
import { newFromOthers } from './news.ts'

/** Reads aloud what the other party writes while the conversation is open; not one's own, and not what was there before. */
export function useAnnouncements({ entries }: RoomSnapshot) {
  const { conversation } = useTexts()
  const { me, names } = useConversation()
  const heard = useRef<number>(undefined)
  useEffect(() => {
    const { last, messages } = newFromOthers(entries, heard.current, me)
    heard.current = last
    if (messages.length > 0) announce(messages.map((message) => aloud(message, names, conversation)).join('. '))
  }, [entries, me, names, conversation])
}

function aloud(
  { sender_id, order_status, body, images }: Message,
  names: Record<string, string>,
  texts: Texts['conversation'],
) {
  const name = names[sender_id] ?? ''
  if (order_status) return texts.message.status[order_status.to](name)
  return texts.message.newFrom(name, body || texts.photo.several(images.length))
}
