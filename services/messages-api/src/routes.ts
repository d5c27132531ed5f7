import type { App } from '@farmgate/service-kit/app.ts'
import type { Held } from './held.ts'
import { deleteMessage } from './routes/delete-message.ts'
import { editMessage } from './routes/edit-message.ts'
import { changeBatch } from './routes/internal/change-batch.ts'
import { comparePositions } from './routes/internal/compare-positions.ts'
import { hearRoomEvents } from './routes/internal/hear-room-events.ts'
import { joinRoom } from './routes/internal/join-room.ts'
import { listCards } from './routes/internal/list-cards.ts'
import { listMissed } from './routes/internal/list-missed.ts'
import { readBatch } from './routes/internal/read-batch.ts'
import { replayChanges } from './routes/internal/replay-changes.ts'
import { sendBatch } from './routes/internal/send-batch.ts'
import { sendsLine } from './routes/internal/sends-line.ts'
import { listMessages } from './routes/list-messages.ts'
import { markRead } from './routes/mark-read.ts'
import { readMessage } from './routes/read-message.ts'
import { sendMessage } from './routes/send-message.ts'
import { serveImage } from './routes/serve-image.ts'
import { uploadImage } from './routes/upload-image.ts'

/** Every operation: first what the world may ask, then what the other services may. */
const operations: readonly ((app: App, held: Held) => void)[] = [
  listMessages,
  sendMessage,
  readMessage,
  editMessage,
  deleteMessage,
  markRead,
  uploadImage,
  serveImage,

  sendsLine,
  sendBatch,
  changeBatch,
  readBatch,
  joinRoom,
  comparePositions,
  replayChanges,
  listMissed,
  hearRoomEvents,
  listCards,
]

export function answer(app: App, held: Held): void {
  for (const operation of operations) operation(app, held)
}
