import { Screen } from '../shell/screen.tsx'
import { useTexts } from '../texts/texts.ts'

/** The chat list, and beside it (or instead of it on a narrow page) the conversation with this id. */
export function ChatsScreen({ room_id }: { room_id?: string }) {
  const { chats } = useTexts()
  return (
    <Screen title={chats.title}>
      <h1>{chats.title}</h1>
      {room_id}
    </Screen>
  )
}
