import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import { useEffect, useState } from 'react'
import { useConversation } from './conversation-context.ts'
import { seqUpTo, unseenBelow } from './reading.ts'
import { usePageVisible } from './use-page-visible.ts'

/** Marks as read what is in view while the window is; and how many of the other's messages are still further down. */
export function useReading({ entries }: RoomSnapshot, lastInView: number) {
  const { live, me } = useConversation()
  const isVisible = usePageVisible()
  const [seen, setSeen] = useState(0)
  const inView = isVisible ? seqUpTo(entries, lastInView) : 0
  useEffect(() => {
    if (inView <= seen) return
    setSeen(inView)
    live.read(inView)
  }, [inView, seen, live])
  return { below: unseenBelow(entries, Math.max(seen, inView), me) }
}
