import type { Message, MessageImage } from '@farmgate/contracts/messages.ts'
import type { RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { SignUrls } from './images/signed-urls.ts'
import type { KeptImage, MessageRow, Party, RoomRow } from './rows.ts'

/** What a change of a message is called, on the wire and in `messages.superseded`. */
export type Change = 'created' | 'updated' | 'deleted'

/** A numbered change of a room's history, ready to be sent. */
export type RenderedChange = { room_id: string; rev: number; change: Change; frame: string }

/**
 * A message as both parties see it. `readerSeq` is the read marker of the one who did not write it. The URLs of its
 * images are signed anew each time, so that they are good for a while from now.
 */
export function toMessage(sign: SignUrls, row: MessageRow, readerSeq: number): Message {
  return {
    message_id: row.message_id,
    room_id: row.room_id,
    seq: row.seq,
    rev: row.rev,
    kind: row.kind,
    sender_id: row.sender_id,
    body: row.body,
    images: (row.images ?? []).map((image) => toImage(sign, image)),
    client_message_id: row.client_message_id,
    is_read: row.seq <= readerSeq,
    order_status:
      row.kind === 'order_status' && row.status_from && row.status_to
        ? { from: row.status_from, to: row.status_to }
        : null,
    created_at: row.created_at.toISOString(),
    edited_at: row.edited_at?.toISOString() ?? null,
    deleted_at: row.deleted_at?.toISOString() ?? null,
  }
}

const toImage = (sign: SignUrls, image: KeptImage): MessageImage =>
  'url' in image
    ? image
    : {
        image_id: image.image_id,
        ...sign(image.image_id),
        width: image.width,
        height: image.height,
        placeholder: image.placeholder,
      }

/** The change that a message's `rev` stands for. */
export const lastChange = (row: Pick<MessageRow, 'edited_at' | 'deleted_at'>): Change =>
  row.deleted_at ? 'deleted' : row.edited_at ? 'updated' : 'created'

/** The frame of a change, and beside it what the change means for the order; one frame a line. */
export function changeFrame(sign: SignUrls, change: Change, row: MessageRow, readerSeq: number): string {
  const frame = messageFrame(sign, change, row, readerSeq)
  return change === 'created' && row.status_to ? `${frame}\n${orderStatusFrame(row, row.status_to)}` : frame
}

export const messageFrame = (sign: SignUrls, change: Change, row: MessageRow, readerSeq: number): string =>
  `{"type":"message.${change}","message":${JSON.stringify(toMessage(sign, row, readerSeq))}}`

function orderStatusFrame(row: MessageRow, status: NonNullable<MessageRow['status_to']>): string {
  const frame: RoomServerFrames['order.status'] = {
    type: 'order.status',
    order_status: status,
    previous: row.status_from,
    changed_by: row.sender_id,
    changed_at: row.created_at.toISOString(),
  }
  return JSON.stringify(frame)
}

/** A party's read marker as a frame; nothing where it has never moved. */
export function readFrame(room: RoomRow, party: Party): string {
  const at = room[`${party}_read_at`]
  if (!at) return ''
  const frame: RoomServerFrames['read'] = {
    type: 'read',
    user_id: room[`${party}_id`],
    seq: room[`${party}_seq`],
    read_at: at.toISOString(),
  }
  return JSON.stringify(frame)
}
