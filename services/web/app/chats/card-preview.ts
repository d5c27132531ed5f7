import type { LastMessage, Room } from '@farmgate/contracts/rooms.ts'
import type { Texts } from '../texts/texts.ts'

/** The last words of a room in one line, and whose they are. `amount` is what was bought, ready to be read. */
export function previewOf(room: Room, me: string, texts: Texts['chats']['preview'], amount: string): string {
  const last = room.last_message
  if (!last) return texts.none
  const isOwn = last.sender_id === me
  if (last.kind === 'order_placed') return isOwn ? texts.youOrdered(amount) : texts.ordered(amount)
  if (last.kind === 'order_status' && room.order_status) return texts.status[room.order_status]
  // The preview of a deleted message is empty, and so are its images.
  const words = last.preview || (last.has_images ? texts.photos : texts.deleted)
  return isOwn ? texts.own(words) : words
}

/** Somebody sent photos. What the market writes of an order has the product's picture, which is none. */
export const bringsPhotos = (last: LastMessage | null): boolean => last?.kind === 'text' && last.has_images
