import './chat-list.css'
import { useInbox, useInboxSnapshot } from '../session/live.tsx'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { ChatCard } from './chat-card.tsx'
import { ChatFilters } from './chat-filters.tsx'
import { searchOf } from './filter-search.ts'
import { ListNotice } from './list-notice.tsx'
import { listed } from './listed.ts'
import { NoChats } from './no-chats.tsx'
import { useFilter } from './use-filter.ts'
import { useNewOrders } from './use-new-orders.ts'

/** All chats of this person, the newest first, live. `open` is the room that stands beside the list. */
export function ChatList({ title, open }: { title: string; open?: string }) {
  const { chats } = useTexts()
  const me = useSession().person.user_id
  const [filter, setFilter] = useFilter()
  const { loadMore } = useInbox()
  const { loaded, loading, has_more, error, connection, ...list } = useInboxSnapshot()
  const rooms = listed(list.rooms, me)
  const isComing = loading || connection.state === 'connecting'
  useNewOrders(list.rooms, loaded, me)
  // Beside an open room that one's name is the heading of the page.
  const Heading = open ? 'h2' : 'h1'
  return (
    <>
      <header className="chat-list-head">
        <Heading>{title}</Heading>
        <ChatFilters filter={filter} onFilter={setFilter} />
      </header>
      {/* A conversation beside the list says it itself. */}
      {open === undefined && <ListNotice />}
      <div className="chat-list" aria-busy={loading}>
        {/* biome-ignore lint/a11y/noRedundantRoles: without it Safari takes the list's meaning away with its bullets */}
        <ul role="list" aria-label={chats.list}>
          {rooms.map((room) => (
            <li key={room.room_id}>
              <ChatCard room={room} me={me} isOpen={room.room_id === open} search={searchOf(filter)} />
            </li>
          ))}
        </ul>
        {loaded && !has_more && rooms.length === 0 && <NoChats filter={filter} onShowAll={() => setFilter({})} />}
        {!loaded && !error && <p className="chat-list-note">{isComing ? chats.loading : chats.later}</p>}
        {error && (
          <p className="chat-list-note" role="alert">
            {chats.failed}
          </p>
        )}
        {(has_more || error) && (
          <button type="button" className="button button-quiet" aria-disabled={loading} onClick={() => void loadMore()}>
            {error ? chats.again : chats.more}
          </button>
        )}
      </div>
    </>
  )
}
