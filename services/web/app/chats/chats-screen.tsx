import './chats-screen.css'
import { Conversation } from '../conversation/conversation.tsx'
import { useSession } from '../session/session.ts'
import { Screen } from '../shell/screen.tsx'
import { useTexts } from '../texts/texts.ts'
import { ChatList } from './chat-list.tsx'

/** The chat list, and beside it (on a narrow page: instead of it) the conversation with this id. */
export function ChatsScreen({ room_id }: { room_id?: string }) {
  const { chats } = useTexts()
  const { is_farmer } = useSession().person
  const title = is_farmer ? chats.title : chats.orders
  return (
    <Screen title={room_id ? undefined : title} className="chats-screen">
      <section className="chats-screen-list" data-beside={room_id !== undefined} aria-label={title}>
        <ChatList title={title} {...(room_id && { open: room_id })} />
      </section>
      <section className="chats-screen-open" data-empty={room_id === undefined}>
        {room_id ? <Conversation key={room_id} roomId={room_id} /> : <NothingOpen />}
      </section>
    </Screen>
  )
}

function NothingOpen() {
  const { choose } = useTexts().chats
  return (
    <div className="conversation-nothing">
      <h2>{choose.title}</h2>
      <p>{choose.text}</p>
    </div>
  )
}
