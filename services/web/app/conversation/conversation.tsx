import './conversation.css'
import type { LiveRoom } from '@farmgate/client/room-snapshot.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { useMemo, useRef, useSyncExternalStore } from 'react'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { ConversationContext } from './conversation-context.ts'
import { History } from './history.tsx'
import { OrderHead } from './order-head.tsx'
import { TypingLine } from './typing-line.tsx'
import { UnknownRoom } from './unknown-room.tsx'
import { usePhotoChoice } from './use-photo-choice.ts'
import { useRoom } from './use-room.ts'

/** `CloseReason` unknown_room: there is none, or none for this user. */
const UNKNOWN_ROOM = 4404

/** One room: the order at its head, its history, and where one writes. Give it the room as its key. */
export function Conversation({ roomId }: { roomId: string }) {
  const live = useRoom(roomId)
  return live ? <LiveConversation live={live} roomId={roomId} /> : null
}

function LiveConversation({ live, roomId }: { live: LiveRoom; roomId: string }) {
  const { conversation } = useTexts()
  const snapshot = useSyncExternalStore(live.subscribe, live.getSnapshot)
  const { connection, room } = snapshot
  if (connection.state === 'closed' && connection.code === UNKNOWN_ROOM) return <UnknownRoom />
  if (!room) {
    return (
      <p className="conversation-loading" role="status">
        {conversation.loading}
      </p>
    )
  }
  return <OpenConversation live={live} roomId={roomId} room={room} />
}

function OpenConversation({ live, roomId, room }: { live: LiveRoom; roomId: string; room: Room }) {
  const me = useSession().person.user_id
  const snapshot = useSyncExternalStore(live.subscribe, live.getSnapshot)
  const { customer, farmer } = room
  const field = useRef<HTMLTextAreaElement>(null)
  const facts = useMemo(
    () => ({
      live,
      roomId,
      me,
      names: { [customer.id]: customer.name, [farmer.id]: farmer.name },
      toComposer: () => field.current?.focus(),
    }),
    [live, roomId, me, customer.id, customer.name, farmer.id, farmer.name],
  )
  const photos = usePhotoChoice()
  const other = customer.id === me ? farmer : customer
  return (
    <ConversationContext value={facts}>
      <article className="conversation" {...photos.dropTarget}>
        <OrderHead snapshot={snapshot} room={room} other={other} />
        <History snapshot={snapshot} room={room} other={other} />
        <TypingLine isTyping={snapshot.typing.includes(other.id)} name={other.name} />
        <ConnectionNotice connection={snapshot.connection} waiting={snapshot.waiting} />
        <Composer field={field} photos={photos} other={other.name} />
      </article>
    </ConversationContext>
  )
}
