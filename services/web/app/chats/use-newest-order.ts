import type { Room } from '@farmgate/contracts/rooms.ts'
import { useState } from 'react'
import { newestOrder } from './new-orders.ts'

/** A key for what blinks: it changes with each order, also while the one before it has not been looked at. */
export function useNewestOrder(room: Room): string | undefined {
  const [before, setBefore] = useState<string>()
  const newest = newestOrder(room, before)
  if (newest !== before) setBefore(newest)
  return newest
}
