import './history.css'
import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'
import { rowAt } from './rows.ts'
import { UnsentMessage } from './unsent-message.tsx'
import { useNotice } from './use-notice.ts'

/** Until the newest page of the history is here: what one has written oneself and waits in the outbox. */
export function UnsentHistory({ snapshot: { entries, connection } }: { snapshot: RoomSnapshot }) {
  const { conversation } = useTexts()
  const { me } = useConversation()
  const notice = useNotice(connection)
  if (entries.length === 0) {
    return (
      <p className="conversation-loading" role="status">
        {notice ? conversation.later : conversation.loading}
      </p>
    )
  }
  const reader = { userId: me, othersRead: 0, firstUnread: null, hasOlder: false }
  return (
    <div className="history-frame">
      <div
        className="history"
        role="log"
        aria-live="off"
        aria-label={conversation.waiting}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys when it has the focus
        tabIndex={0}
      >
        {/* biome-ignore lint/a11y/noRedundantRoles: without it Safari takes the list's meaning away with its bullets */}
        <ol role="list" className="history-inner history-unsent">
          {entries.map((entry, index) => {
            const row = rowAt(entries, index, reader)
            if (entry.state === 'stored' || !row) return null
            return (
              <li key={entry.client_message_id} className={`history-row ${row.closesGroup ? 'closes-group' : ''}`}>
                <UnsentMessage entry={entry} row={row} />
              </li>
            )
          })}
        </ol>
      </div>
    </div>
  )
}
