import type { Farmgate } from './farmgate.ts'
import { deleteMessage } from './http/delete-message.ts'
import { editMessage } from './http/edit-message.ts'
import { getMessage } from './http/get-message.ts'
import { checked } from './outbox/content.ts'
import { OpenedRoom } from './room/opened-room.ts'
import type { LiveRoom, RoomToOpen } from './room-snapshot.ts'

/** Opens a room and keeps it live until `close`. */
export function openRoom(farmgate: Farmgate, toOpen: RoomToOpen): LiveRoom {
  const room = new OpenedRoom(farmgate, toOpen)
  const { history, outbox, sender, reader, publisher } = room
  return {
    subscribe: publisher.subscribe,
    getSnapshot: publisher.getSnapshot,
    send: async (content) => outbox.write(checked(content)),
    async retry(clientMessageId) {
      const message = outbox.get(clientMessageId)
      if (!message) return
      const { error, ...again } = message
      await outbox.update(again)
    },
    async discard(clientMessageId) {
      sender.discarded(clientMessageId)
      await outbox.done(clientMessageId)
    },
    edit: async (messageId, body) => history.merge(await editMessage(farmgate, messageId, body)),
    remove: (messageId) => deleteMessage(farmgate, messageId),
    renew: async (messageId) => history.merge(await getMessage(farmgate, messageId)),
    typing: room.typing,
    read: (seq) => reader.read(seq),
    loadOlder: () => history.loadOlder(),
    close: () => room.close(),
  }
}
