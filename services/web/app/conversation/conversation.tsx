import './conversation.css'
import type { LiveRoom } from '@farmgate/client/room-snapshot.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { useSession } from '../session/session.ts'
import { useTitle } from '../shell/title.ts'
import { useTexts } from '../texts/texts.ts'
import { Composer } from './composer.tsx'
import { ConnectionNotice } from './connection-notice.tsx'
import { ConversationContext } from './conversation-context.ts'
import { History } from './history.tsx'
import { noticeOf } from './notice.ts'
import { OrderHead } from './order-head.tsx'
import { TypingLine } from './typing-line.tsx'
import { UnknownHead } from './unknown-head.tsx'
import { UnknownRoom } from './unknown-room.tsx'
import { UnsentHistory } from './unsent-history.tsx'
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
  const { connection, room, entries } = useSyncExternalStore(live.subscribe, live.getSnapshot)
  const [isOpen, setOpen] = useState(false)
  useTitle(room?.product.name ?? conversation.notLoaded)
  // Once one may write here, one may go on, whatever the next try to connect says.
  const opens = room !== undefined || entries.length > 0 || noticeOf(connection.state, undefined) !== undefined
  if (opens && !isOpen) setOpen(true)
  if (connection.state === 'closed' && connection.code === UNKNOWN_ROOM) return <UnknownRoom />
  if (isOpen) return <OpenConversation live={live} roomId={roomId} />
  return (
    <p className="conversation-loading" role="status">
      {conversation.loading}
    </p>
  )
}

/** Opened again without a network nothing is known of the room: shown is what waits there, and where one writes on. */
function OpenConversation({ live, roomId }: { live: LiveRoom; roomId: string }) {
  const me = useSession().person.user_id
  const snapshot = useSyncExternalStore(live.subscribe, live.getSnapshot)
  const { room } = snapshot
  const field = useRef<HTMLTextAreaElement>(null)
  const names = useNames(room)
  const facts = useMemo(
    () => ({ live, roomId, me, names, toComposer: () => field.current?.focus() }),
    [live, roomId, me, names],
  )
  const photos = usePhotoChoice()
  const other = room && (room.customer.id === me ? room.farmer : room.customer)
  return (
    <ConversationContext value={facts}>
      <article className="conversation" {...photos.dropTarget}>
        {room && other ? <OrderHead snapshot={snapshot} room={room} other={other} /> : <UnknownHead />}
        {room && other && snapshot.loaded ? (
          <History snapshot={snapshot} room={room} other={other} />
        ) : (
          <UnsentHistory snapshot={snapshot} />
        )}
        {other && <TypingLine isTyping={snapshot.typing.includes(other.id)} name={other.name} />}
        <ConnectionNotice connection={snapshot.connection} waiting={snapshot.waiting} />
        <Composer field={field} photos={photos} other={other?.name} />
      </article>
    </ConversationContext>
  )
}

/** The same object for as long as both are called the same. */
function useNames(room: Room | undefined): Readonly<Record<string, string>> {
  const { customer, farmer } = room ?? {}
  const [customerId, customerName, farmerId, farmerName] = [customer?.id, customer?.name, farmer?.id, farmer?.name]
  return useMemo(
    () => ({ [customerId ?? '']: customerName ?? '', [farmerId ?? '']: farmerName ?? '' }),
    [customerId, customerName, farmerId, farmerName],
  )
}
