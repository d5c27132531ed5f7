import type { MessageImage, MessageKind } from '@farmgate/contracts/messages.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import type { StoredImage } from './images/image-statements.ts'

/** `messages.rooms`, as the driver gives it. */
export type RoomRow = {
  room_id: string
  customer_id: string
  farmer_id: string
  order_status: OrderStatus | null
  event_no: number
  last_seq: number
  rev: number
  card_rev: number
  order_seq: number
  customer_seq: number
  farmer_seq: number
  customer_unread: number
  farmer_unread: number
  customer_read_at: Date | null
  farmer_read_at: Date | null
}

/** An upload of ours, or a product image given by URL. */
export type KeptImage = StoredImage | MessageImage

/** `messages.messages`, as the driver gives it. */
export type MessageRow = {
  message_id: string
  room_id: string
  seq: number
  rev: number
  created_rev: number
  kind: MessageKind
  sender_id: string
  body: string
  images: KeptImage[] | null
  client_message_id: string | null
  status_from: OrderStatus | null
  status_to: OrderStatus | null
  created_at: Date
  edited_at: Date | null
  deleted_at: Date | null
}

export type Party = 'customer' | 'farmer'

/** Which party of the room a user is, or nothing. */
export const partyOf = (room: { customer_id: string; farmer_id: string }, user: string): Party | undefined =>
  user === room.customer_id ? 'customer' : user === room.farmer_id ? 'farmer' : undefined

export const otherParty = (party: Party): Party => (party === 'customer' ? 'farmer' : 'customer')

/** The read marker of whoever did not write the message. */
export const readerSeq = (
  room: Pick<RoomRow, 'customer_id' | 'customer_seq' | 'farmer_seq'>,
  sender: string,
): number => (sender === room.customer_id ? room.farmer_seq : room.customer_seq)

/** There are no higher seqs and revs. */
export const MOST_POSITION = 2 ** 31 - 1

/** A position that a client names, as one that the database can compare. */
export const toPosition = (named: number): number => Math.min(named, MOST_POSITION)
