import type { Tx } from '@farmgate/postgres/database.ts'
import { type AppendRow, appendStatement, type Batch } from './append-statement.ts'
import { attachImages } from './images/image-statements.ts'

/**
 * The same for a batch with images, in a transaction: what is said with a text alone must not pay for it. The images are
 * looked at once the message is numbered, under its room's lock, so that a repeat is never refused for images that it had
 * itself attached, and a refusal takes the numbers back.
 */
export async function appendWithImages(tx: Tx, batch: Batch, skipBusy: boolean): Promise<readonly AppendRow[]> {
  const rows = await appendStatement(tx, batch, skipBusy)
  for (const [i, row] of rows.entries()) {
    const [send, message_id] = [batch.sends[i], batch.ids[i]]
    if (row.seq === null || !send || !message_id || send.image_ids.length === 0) continue
    row.images = await attachImages(tx, { ...send, message_id }, send.image_ids)
    await tx`
      update messages.messages set images = ${JSON.stringify(row.images)}::text::jsonb where message_id = ${message_id}`
  }
  return rows
}
