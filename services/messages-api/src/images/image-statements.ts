import type { Sql, Tx } from '@farmgate/postgres/database.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Photo } from './photo.ts'

/** `messages.images`, as the driver gives it; the migration says what the states mean. */
export type ImageRow = Photo & {
  image_id: string
  room_id: string
  uploader_id: string
  message_id: string | null
  state: 'storing' | 'stored' | 'attached' | 'doomed'
  created_at: Date
}

/** What a message keeps of an upload. Its URLs are signed whenever the message is shown. */
export type StoredImage = Pick<ImageRow, 'image_id' | 'width' | 'height' | 'content_type' | 'placeholder'>

/** So much may a user upload in a day (UTC). */
export const DAILY_IMAGES = 200
export const DAILY_BYTES = 500 * 1024 * 1024

export type NewImage = Photo & Pick<ImageRow, 'image_id' | 'room_id' | 'uploader_id'>

/**
 * Counts a picture that is about to be decoded against its uploader's day, whatever comes of it: one statement, so that no
 * number of uploads at once gets past the quota. Throws `Refusal` `image_quota`.
 */
export async function countUpload(sql: Sql, userId: string, at = new Date()): Promise<void> {
  const counted = await sql`
    insert into messages.uploads as u (user_id, day, images, bytes) values (${userId}, ${dayOf(at)}, 1, 0)
    on conflict (user_id, day) do update set images = u.images + 1
      where u.images < ${DAILY_IMAGES} and u.bytes < ${DAILY_BYTES}
    returning user_id`
  if (counted.length === 0) throw quotaUsed(at)
}

/** The row of an image whose files are to be put; its bytes count too. Throws `Refusal` `image_quota`. */
export async function beginImage(sql: Sql, image: NewImage, at = new Date()): Promise<void> {
  const rows = await sql`
    with counted as (
      insert into messages.uploads as u (user_id, day, images, bytes)
      values (${image.uploader_id}, ${dayOf(at)}, 1, ${image.bytes})
      on conflict (user_id, day) do update set bytes = u.bytes + excluded.bytes
        where u.bytes + excluded.bytes <= ${DAILY_BYTES}
      returning user_id
    )
    insert into messages.images
      (image_id, room_id, uploader_id, content_type, width, height, bytes, thumbnail_bytes, placeholder, created_at)
    select ${image.image_id}, ${image.room_id}, user_id, ${image.content_type}, ${image.width}::integer,
      ${image.height}::integer, ${image.bytes}::integer, ${image.thumbnail_bytes}::integer, ${image.placeholder}, ${at}
    from counted
    returning image_id`
  if (rows.length === 0) throw quotaUsed(at)
}

/** Refuses one whose day is used up before anything is read of what they send. Throws `Refusal` `image_quota`. */
export async function requireQuota(sql: Sql, userId: string, at = new Date()): Promise<void> {
  const used = await sql`
    select from messages.uploads
    where user_id = ${userId} and day = ${dayOf(at)} and (images >= ${DAILY_IMAGES} or bytes >= ${DAILY_BYTES})`
  if (used.length > 0) throw quotaUsed(at)
}

const DAY_MS = 24 * 60 * 60_000
const dayOf = (at: Date) => at.toISOString().slice(0, 10)

function quotaUsed(at: Date): Refusal {
  const nextDay = DAY_MS - (at.getTime() % DAY_MS)
  return new Refusal('image_quota', undefined, { retryAfterS: Math.ceil(nextDay / 1_000) })
}

/** Its files are there: it may be attached. False where it took so long that it was given up. */
export async function finishImage(sql: Sql, imageId: string): Promise<boolean> {
  const rows = await sql`
    update messages.images set state = 'stored' where image_id = ${imageId} and state = 'storing' returning image_id`
  return rows.length > 0
}

/** Nobody may see it any more; the sweep removes it. */
export const doomImage = (sql: Sql, imageId: string) =>
  sql`update messages.images set state = 'doomed' where image_id = ${imageId}`

/** All images of a message that is being deleted, in its transaction. */
export const doomImagesOf = (tx: Tx, messageId: string) =>
  tx`update messages.images set state = 'doomed' where message_id = ${messageId}`

/**
 * Attaches images to a message, in its transaction: each uploaded by its sender for its room, and in no message yet. Answers
 * them in the order of `ids`. Throws `Refusal`: `unknown_image`, `image_used`. Of two messages that want the same image at
 * once one waits here for the other.
 */
export async function attachImages(
  tx: Tx,
  message: { message_id: string; room_id: string; sender_id: string },
  ids: readonly string[],
): Promise<StoredImage[]> {
  const taken = await tx<(StoredImage & { image_id: string })[]>`
    with own as (
      select image_id from messages.images
      where image_id = any(${ids as string[]}::uuid[]) and state = 'stored'
        and room_id = ${message.room_id} and uploader_id = ${message.sender_id}
      order by image_id for update -- whoever locks several does so by id: no two wait for each other
    )
    update messages.images i set state = 'attached', message_id = ${message.message_id}
    from own where i.image_id = own.image_id
    returning i.image_id, width, height, content_type, placeholder`
  if (taken.length < ids.length) throw await reasonOf(tx, message, ids)
  const byId = new Map(taken.map((image) => [image.image_id, { ...image }]))
  return ids.flatMap((id) => byId.get(id) ?? [])
}

/** `image_used` only of what was the sender's own: of others' images nobody learns that they are there. */
async function reasonOf(
  tx: Tx,
  message: { message_id: string; room_id: string; sender_id: string },
  ids: readonly string[],
): Promise<Refusal> {
  const own = await tx`
    select from messages.images
    where image_id = any(${ids as string[]}::uuid[]) and room_id = ${message.room_id}
      and uploader_id = ${message.sender_id} and state in ('stored', 'attached')`
  return new Refusal(own.length < ids.length ? 'unknown_image' : 'image_used')
}

/** An image that may be shown. */
export async function findImage(sql: Sql, imageId: string): Promise<ImageRow | undefined> {
  const [row] = await sql<ImageRow[]>`
    select * from messages.images where image_id = ${imageId} and state in ('stored', 'attached')`
  return row
}
