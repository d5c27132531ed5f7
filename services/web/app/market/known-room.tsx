import { Link } from 'wouter'
import type { DemoProduct } from '../../src/demo/market.ts'
import { chatPath } from '../../src/screens.ts'
import { useInboxSnapshot } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'

/** The way to the conversation about this product, where there is one already (as far as the chat list is loaded). */
export function KnownRoom({ product: { product_id, farmer_id } }: { product: DemoProduct }) {
  const { market } = useTexts()
  const known = useInboxSnapshot().rooms.find((room) => room.product_id === product_id && room.farmer_id === farmer_id)
  if (!known) return null
  return (
    <p className="known-room">
      {market.known} <Link href={chatPath(known.room_id)}>{market.open}</Link>
    </p>
  )
}
