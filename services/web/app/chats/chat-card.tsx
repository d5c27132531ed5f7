import './chat-card.css'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { memo } from 'react'
import { Link } from 'wouter'
import { chatPath } from '../../src/screens.ts'
import { PhotoIcon } from '../conversation/icons.tsx'
import { ProductPicture } from '../conversation/product-picture.tsx'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { bringsPhotos, previewOf } from './card-preview.ts'
import { StatusBadge } from './status-badge.tsx'
import { useNewestOrder } from './use-newest-order.ts'

/** `search`: the filter of the list, which stays beside the conversation. */
type Props = { room: Room; me: string; isOpen: boolean; search: string }

/** One room in the list: the product, the other party, the last words, and what is new in it. */
export const ChatCard = memo(function ChatCard({ room, me, isOpen, search }: Props) {
  const { chats } = useTexts()
  const format = useFormat()
  const { product, customer, farmer, quantity, unread_count, last_message, updated_at } = room
  const other = customer.id === me ? farmer : customer
  const isNewForMe = room.is_new_order && farmer.id === me
  const order = useNewestOrder(room)
  const preview = previewOf(room, me, chats.preview, format.quantity(quantity, product.unit))
  return (
    <Link
      href={chatPath(room.room_id) + search}
      className="chat-card"
      data-unread={unread_count > 0}
      aria-current={isOpen ? 'page' : undefined}
    >
      {isNewForMe && <span key={order} className="chat-card-new" aria-hidden="true" />}
      <ProductPicture url={product.image_url} name={product.name} />
      <span className="chat-card-what">
        <span className="chat-card-row">
          <span className="chat-card-product">{product.name}</span>
          <time dateTime={updated_at} title={format.dateTime(updated_at)}>
            {format.shortly(updated_at)}
          </time>
        </span>
        <span className="chat-card-row">
          <span className="chat-card-other" dir="auto">
            {other.name}
          </span>
          <StatusBadge key={order} status={room.order_status} isNew={isNewForMe} />
        </span>
        <span className="chat-card-row">
          <span className="chat-card-preview">
            {bringsPhotos(last_message) && <PhotoIcon />}
            <span dir="auto">{preview}</span>
          </span>
          <UnreadCount count={unread_count} />
        </span>
      </span>
    </Link>
  )
})

function UnreadCount({ count }: { count: number }) {
  const { chats } = useTexts()
  if (count === 0) return null
  return (
    <span className="chat-card-unread">
      <span aria-hidden="true">{count > 99 ? '99+' : count}</span>
      <span className="visually-hidden">{chats.unreadCount(count)}</span>
    </span>
  )
}
