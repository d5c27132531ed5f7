import { z } from 'zod'
import { messageId, productId, productIdInput, roomId, userId, userIdInput } from './ids.ts'
import { messageKind } from './messages.ts'
import { orderStatus } from './order-status.ts'
import { imageUrl, position, queryNumber, time } from './text.ts'

const quantity = z
  .number()
  .positive()
  .max(1_000_000)
  .refine((value) => Number(value.toFixed(3)) === value, 'must have at most 3 decimals')

/** POST /chat/rooms/: "Proceed to Checkout". */
export const checkoutBody = z
  .strictObject({
    customer_id: userIdInput,
    farmer_id: userIdInput,
    product_id: productIdInput,
    quantity,
    is_post_checkout: z.boolean().meta({ description: 'true places an order; false asks before buying' }),
    product_image_url: imageUrl.nullish(),
  })
  .meta({ id: 'CheckoutBody' })
export type CheckoutBody = z.infer<typeof checkoutBody>

/** 1 to 255 visible ASCII characters, as RFC 9110 lets a field value be. */
export const idempotencyKey = z.string().regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters')

export const roomPath = z.object({ room_id: roomId })

export const lastMessage = z
  .object({
    message_id: messageId,
    seq: position,
    kind: messageKind,
    sender_id: userId,
    preview: z.string().meta({ description: 'The beginning of the body on one line; empty for a deleted message' }),
    has_images: z.boolean(),
    created_at: time,
  })
  .meta({ id: 'LastMessage' })
export type LastMessage = z.infer<typeof lastMessage>

const party = z.object({ id: userId, name: z.string() })

export const room = z
  .object({
    room_id: roomId,
    customer_id: userId,
    farmer_id: userId,
    product_id: productId,
    customer: party,
    farmer: party,
    product: z.object({
      id: productId,
      name: z.string(),
      unit: z.string().nullable(),
      image_url: z.string().nullable(),
    }),
    quantity: z.number(),
    order_status: orderStatus.nullable().meta({ description: 'null: asked, nothing bought yet' }),
    is_new_order: z.boolean().meta({ description: 'Until the farmer first reads the room or moves the order on' }),
    has_unread_farmer: z.boolean(),
    has_unread_customer: z.boolean(),
    unread_count: z
      .int()
      .meta({ description: "The caller's: after their read marker, caused by the other, not deleted" }),
    last_seq: position,
    last_message: lastMessage.nullable(),
    created_at: time,
    updated_at: time.meta({ description: 'The last message or order; reading does not move it' }),
  })
  .meta({ id: 'Room', description: 'A room as its caller sees it' })
export type Room = z.infer<typeof room>

export const listRoomsQuery = z.object({
  limit: queryNumber(z.int().min(1).max(100).default(30)),
  cursor: z.string().max(256).optional(),
  order_status: orderStatus.optional(),
  unread: z.enum(['true', 'false']).optional().meta({ description: 'true: only rooms with something unread' }),
})
export type ListRoomsQuery = z.infer<typeof listRoomsQuery>

export const roomPage = z
  .object({
    results: z.array(room),
    next_cursor: z.string().nullable(),
    total_unread: z.int().meta({ description: "Over all of the caller's rooms, whatever the filter" }),
  })
  .meta({ id: 'RoomPage' })
export type RoomPage = z.infer<typeof roomPage>

export const changeOrderStatusBody = z.strictObject({ order_status: orderStatus }).meta({ id: 'ChangeOrderStatusBody' })
