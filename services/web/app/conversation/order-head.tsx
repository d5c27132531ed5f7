import './order-head.css'
import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { useEffect, useRef } from 'react'
import { useFormat } from '../texts/format.ts'
import { BackLink } from './back-link.tsx'
import { NextStep } from './next-step.tsx'
import { OrderProgress } from './order-progress.tsx'
import { Presence } from './presence.tsx'
import { ProductPicture } from './product-picture.tsx'

type Props = { snapshot: RoomSnapshot; room: Room; other: Room['customer'] }

/** What was bought, how far it is, and who is at the other end; for the farmer, the next step. */
export function OrderHead({ snapshot, room, other }: Props) {
  const format = useFormat()
  const { order_status, online, last_seen, connection } = snapshot
  const title = useRef<HTMLHeadingElement>(null)
  const focusTitle = () => title.current?.focus({ preventScroll: true })
  // Opening a conversation moves the focus to its name: what is read next belongs to it. Who writes there already goes on.
  useEffect(() => {
    const isWriting = title.current?.closest('.conversation')?.contains(document.activeElement)
    if (!isWriting) title.current?.focus({ preventScroll: true })
  }, [])
  return (
    <header className="order-head">
      <BackLink />
      <ProductPicture url={room.product.image_url} name={room.product.name} />
      <div className="order-head-what">
        <h1 ref={title} tabIndex={-1}>
          {room.product.name}
        </h1>
        <p className="order-head-amount">
          {order_status !== null && <span>{format.quantity(room.quantity, room.product.unit)}</span>}
          <span dir="auto">{other.name}</span>
        </p>
        {connection.state === 'live' && (
          <Presence isOnline={online.includes(other.id)} lastSeen={last_seen[other.id]} />
        )}
      </div>
      <div className="order-head-order">
        <OrderProgress status={order_status} />
        {room.farmer_id !== other.id && (
          <NextStep roomId={room.room_id} status={order_status} onCompleted={focusTitle} />
        )}
      </div>
    </header>
  )
}
