import type { OutboxRow } from '@farmgate/outbox/rows.ts'
import type { Tx } from '@farmgate/postgres/database.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { changeEntry } from './announce.ts'
import { withCards } from './cards.ts'
import type { Held } from './held.ts'
import { doomImagesOf } from './images/image-statements.ts'
import { changesRow } from './outbox-rows.ts'
import { changeFrame, lastChange } from './rendering.ts'
import { type MessageRow, otherParty, partyOf, type RoomRow, readerSeq } from './rows.ts'
import { boxChanges, lockRoom } from './story-statements.ts'

/** A message can be edited for this long after it was sent (`edit_window_over` in packages/contracts). */
const EDIT_WINDOW_MS = 15 * 60_000

/** What became of a message; `changed` is false where there was nothing to do. `frame` says how it is now. */
export type Changed = { row: MessageRow; readerSeq: number; changed: boolean; frame: string }

/** `room_id`, where given, is the room that the command came from: the message must be of it. */
export type MessageCommand = { message_id: string; sender_id: string; room_id?: string }

/**
 * A new body for a text message, by its sender, within 15 minutes. Throws `Refusal`: `unknown_message`,
 * `not_the_sender`, `system_message`, `message_deleted`, `edit_window_over`. The body it has already changes nothing.
 */
export const editMessage = (held: Held, command: MessageCommand & { body: string }, requestId: string) =>
  change(held, command, requestId, async (tx, _, row) => {
    if (row.deleted_at) throw new Refusal('message_deleted')
    if (Date.now() - row.created_at.getTime() > EDIT_WINDOW_MS) throw new Refusal('edit_window_over')
    if (row.body === command.body) return undefined
    const [edited] = await tx<MessageRow[]>`
      update messages.messages set body = ${command.body}, edited_at = ${new Date()}, rev = ${row.rev}
      where message_id = ${row.message_id} returning *`
    return edited
  })

/**
 * Leaves a tombstone at the message's seq, by its sender. Throws `Refusal`: `unknown_message`, `not_the_sender`,
 * `system_message`. Deleting it again changes nothing. Its images are nobody's from the commit on, and then removed.
 */
export async function deleteMessage(held: Held, command: MessageCommand, requestId: string): Promise<Changed> {
  let hasImages = false
  const deleted = await change(held, command, requestId, async (tx, room, row) => {
    if (row.deleted_at) return undefined
    hasImages = row.images !== null
    if (hasImages) await doomImagesOf(tx, row.message_id)
    const sender = partyOf(room, row.sender_id)
    if (sender && row.seq > readerSeq(room, row.sender_id)) room[`${otherParty(sender)}_unread`] -= 1
    const [deleted] = await tx<MessageRow[]>`
      update messages.messages set body = '', images = null, deleted_at = ${new Date()}, rev = ${row.rev}
      where message_id = ${row.message_id} returning *`
    return deleted
  })
  if (hasImages) held.images.sweeper.soon()
  return deleted
}

/** Makes the change under the room's lock; gets the row with the rev it will have. Nothing back: nothing to do. */
type Make = (tx: Tx, room: RoomRow, row: MessageRow) => Promise<MessageRow | undefined>

async function change(held: Held, command: MessageCommand, requestId: string, make: Make): Promise<Changed> {
  const roomId = command.room_id ?? (await roomOf(held, command.message_id))
  const done = await held.db.begin(async (tx) => {
    const { room, row } = await lockMessage(tx, roomId, command)
    const changed = await make(tx, room, { ...row, rev: room.rev + 1 })
    if (!changed) return { row, room, box: undefined }
    return { row: changed, room, box: await writeChange(tx, room, row, requestId) }
  })
  const seq = readerSeq(done.room, done.row.sender_id)
  const kind = lastChange(done.row)
  const frame = changeFrame(held.images.urls.sign, kind, done.row, seq)
  if (done.box !== undefined) {
    const box = changesRow(done.box, roomId, done.row.rev, done.row.rev, requestId)
    announce(held, { room_id: roomId, rev: done.row.rev, change: kind, frame }, box)
  }
  return { row: done.row, readerSeq: seq, changed: done.box !== undefined, frame }
}

/** The room of a message never changes: it is found before the room is locked. */
async function roomOf(held: Held, messageId: string): Promise<string> {
  const [row] = await held.db.run(
    (sql) => sql<{ room_id: string }[]>`select room_id from messages.messages where message_id = ${messageId}`,
  )
  if (!row) throw new Refusal('unknown_message')
  return row.room_id
}

async function lockMessage(tx: Tx, roomId: string, command: MessageCommand) {
  const room = await lockRoom(tx, roomId)
  if (!room || !partyOf(room, command.sender_id)) throw new Refusal('unknown_message')
  const [row] = await tx<MessageRow[]>`
    select * from messages.messages where message_id = ${command.message_id} and room_id = ${roomId}`
  if (!row) throw new Refusal('unknown_message')
  if (row.kind !== 'text') throw new Refusal('system_message')
  if (row.sender_id !== command.sender_id) throw new Refusal('not_the_sender')
  return { room, row }
}

/** The rev that the message had is told as superseded, the room moves on, and others will hear of it. */
async function writeChange(tx: Tx, room: RoomRow, before: MessageRow, requestId: string): Promise<string> {
  await tx`
    insert into messages.superseded (room_id, rev, message_id, change)
    values (${room.room_id}, ${before.rev}, ${before.message_id}, ${lastChange(before)})`
  await tx`
    update messages.rooms set rev = ${room.rev + 1}, card_rev = card_rev + 1,
      customer_unread = ${room.customer_unread}, farmer_unread = ${room.farmer_unread}
    where room_id = ${room.room_id}`
  return boxChanges(tx, room.room_id, room.rev + 1, room.rev + 1, requestId)
}

function announce(held: Held, change: Parameters<typeof changeEntry>[0], box: OutboxRow): void {
  withCards(held, [change.room_id], (cards) => {
    held.outbox.publish([changeEntry(change, cards.get(change.room_id) ?? null, box.request_id)], [box])
  })
}
