import { listMessages } from '@farmgate/client/http/list-messages.ts'
import type { Message } from '@farmgate/contracts/messages.ts'
import { useRef, useState } from 'react'
import { useFarmgate } from '../session/live.tsx'

/** What cannot be shown with a new URL either is asked for again after this long at the soonest. */
const AGAIN_MS = 60_000

/** The images of a message. Their URLs are good for some minutes only: `refresh` asks for new ones when one has failed. */
export function useFreshImages(message: Message) {
  const farmgate = useFarmgate()
  const [fresh, setFresh] = useState<{ of: Message; images: Message['images'] }>()
  const askedAt = useRef(Number.NEGATIVE_INFINITY)
  const refresh = async () => {
    if (performance.now() - askedAt.current < AGAIN_MS) return
    askedAt.current = performance.now()
    const { room_id, seq } = message
    const [again] = (await listMessages(farmgate, { room_id, after_seq: seq - 1, limit: 1 })).results
    if (again) setFresh({ of: message, images: again.images })
  }
  // Whatever has changed the message since brought URLs of its own.
  const images = fresh?.of === message ? fresh.images : message.images
  return { images, refresh: () => void refresh().catch(() => undefined) }
}
