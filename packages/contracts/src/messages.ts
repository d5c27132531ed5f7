import { z } from 'zod'
import { imageId, messageId, roomId, userId } from './ids.ts'
import { orderStatus } from './order-status.ts'
import { clientMessageId, position, queryNumber, queryPosition, text, time } from './text.ts'

/** `text`: written by a party. `order_placed`: the first message of an order. `order_status`: a step of the farmer's. */
export const messageKind = z.enum(['text', 'order_placed', 'order_status']).meta({ id: 'MessageKind' })
export type MessageKind = z.infer<typeof messageKind>

export const messageImage = z
  .object({
    image_id: imageId,
    url: z.string(),
    thumbnail_url: z.string(),
    width: z.int().nullable().meta({ description: 'Pixels; null for a product image given by URL' }),
    height: z.int().nullable(),
    placeholder: z.string().optional().meta({
      description: 'A data URI of the image, tiny and blurred, to show until it is there; only of an upload',
    }),
  })
  .meta({ id: 'MessageImage' })
export type MessageImage = z.infer<typeof messageImage>

export const message = z
  .object({
    message_id: messageId,
    room_id: roomId,
    seq: position.meta({ description: "The message's number in its room: 1, 2, 3 … without gaps" }),
    rev: position.meta({ description: "The number, in the room, of this message's last change" }),
    kind: messageKind,
    sender_id: userId,
    body: z.string(),
    images: z.array(messageImage),
    client_message_id: z.string().nullable(),
    is_read: z.boolean().meta({ description: "The other party's read marker has reached it" }),
    order_status: z.object({ from: orderStatus, to: orderStatus }).nullable(),
    created_at: time,
    edited_at: time.nullable(),
    deleted_at: time.nullable(),
  })
  .meta({ id: 'Message' })
export type Message = z.infer<typeof message>

export const MAX_BODY = 4000
const MAX_IMAGES = 10

/** What a sender writes: 1 to 4,000 characters after trimming, or nothing but images. */
export const messageContent = {
  body: text(0, MAX_BODY).default(''),
  image_ids: z
    .array(imageId)
    .max(MAX_IMAGES)
    .refine((ids) => new Set(ids).size === ids.length, 'must not name an image twice')
    .default([]),
}
export const hasContent = (content: { body: string; image_ids: string[] }): boolean =>
  content.body !== '' || content.image_ids.length > 0
export const NO_CONTENT = { path: ['body'], message: 'must have 1 to 4000 characters, or at least one image' }

export const sendMessageBody = z
  .strictObject({ room_id: roomId, ...messageContent, client_message_id: clientMessageId.optional() })
  .refine(hasContent, NO_CONTENT)
  .meta({ id: 'SendMessageBody' })

export const editMessageBody = z.strictObject({ body: text(1, MAX_BODY) }).meta({ id: 'EditMessageBody' })

export const messagePath = z.object({ message_id: messageId })

export const readMarkers = z
  .object({ customer_seq: position, farmer_seq: position })
  .meta({ id: 'ReadMarkers', description: 'The highest seq that each party has read' })

export const listMessagesQuery = z
  .object({
    room_id: roomId,
    before_seq: queryPosition.optional().meta({ description: 'The newest page below this seq' }),
    after_seq: queryPosition.optional().meta({ description: 'The oldest page above this seq' }),
    after_rev: queryPosition.optional().meta({ description: 'What was created or changed since, ascending by rev' }),
    limit: queryNumber(z.int().min(1).max(200).default(50)),
  })
  .refine(
    (query) => [query.before_seq, query.after_seq, query.after_rev].filter((bound) => bound !== undefined).length <= 1,
    'before_seq, after_seq and after_rev exclude each other',
  )
export type ListMessagesQuery = z.infer<typeof listMessagesQuery>

export const messagePage = z
  .object({
    results: z.array(message),
    has_more: z.boolean().meta({ description: 'More messages lie in the direction asked for' }),
    last_seq: position,
    rev: position,
    read: readMarkers,
  })
  .meta({ id: 'MessagePage' })
export type MessagePage = z.infer<typeof messagePage>

export const markReadBody = z.strictObject({ room_id: roomId, seq: position }).meta({ id: 'MarkReadBody' })
export const markReadAnswer = z
  .object({ seq: position.meta({ description: "The caller's read marker now" }) })
  .meta({ id: 'MarkReadAnswer' })
