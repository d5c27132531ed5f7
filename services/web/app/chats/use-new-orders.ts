import type { Room } from '@farmgate/contracts/rooms.ts'
import { useEffect, useRef } from 'react'
import { announce } from '../shell/announcer.tsx'
import { useTexts } from '../texts/texts.ts'
import { ordersSince } from './new-orders.ts'

/** Says a new order aloud when it comes in: who listens to the page cannot see it blink. */
export function useNewOrders(rooms: readonly Room[], isLoaded: boolean, me: string) {
  const { newOrder } = useTexts().chats
  const since = useRef<string>(undefined)
  useEffect(() => {
    if (!isLoaded) return
    const { orders, newest } = ordersSince(rooms, since.current, me)
    since.current = newest
    const aloud = orders.map(({ product, customer }) => `${newOrder}: ${product.name}, ${customer.name}`)
    if (aloud.length > 0) announce(aloud.join('. '))
  }, [rooms, isLoaded, me, newOrder])
}
