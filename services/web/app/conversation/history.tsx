import './history.css'
import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'
import { HistoryRow } from './history-row.tsx'
import { JumpToNewest } from './jump-to-newest.tsx'
import { OlderMessages } from './older-messages.tsx'
import { othersReadSeq, rowAt, rowKey, unreadLineSeq } from './rows.ts'
import { useAnnouncements } from './use-announcements.ts'
import { useHistoryList } from './use-history-list.ts'
import { useReading } from './use-reading.ts'

type Props = { snapshot: RoomSnapshot; room: Room; other: Room['customer'] }

/**
 * Only what is in view is in the page. It is a log that does not speak: rows that come into view by
 * scrolling would be read aloud as if they were new. What is new is announced by itself.
 */
export function History({ snapshot, room, other }: Props) {
  const { conversation } = useTexts()
  const { me } = useConversation()
  const { entries, has_older } = snapshot
  const list = useHistoryList(snapshot, me)
  const reading = useReading(snapshot, list.lastInView)
  useAnnouncements(snapshot)
  const reader = {
    userId: me,
    othersRead: othersReadSeq(snapshot, me),
    firstUnread: unreadLineSeq(snapshot, me),
    hasOlder: has_older,
  }
  return (
    <section className="history-frame">
      <div
        ref={list.scroller}
        className="history"
        role="log"
        aria-live="off"
        aria-label={conversation.history(other.name)}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is scrolled by keys when it has the focus
        tabIndex={0}
      >
        <div className="history-inner">
          <OlderMessages snapshot={snapshot} isNearTop={list.isNearTop} />
          {/* biome-ignore lint/a11y/noRedundantRoles: without it Safari takes the list's meaning away with its bullets */}
          <ol role="list" ref={list.container} className="history-rows" onFocus={list.onFocus} onBlur={list.onBlur}>
            {list.items.map(({ index }) => {
              const entry = entries[index]
              const row = rowAt(entries, index, reader)
              return (
                entry &&
                row && (
                  <li
                    key={rowKey(entry, me)}
                    data-index={index}
                    ref={list.measure}
                    aria-setsize={has_older ? -1 : entries.length}
                    aria-posinset={index + 1}
                  >
                    <HistoryRow {...row} entry={entry} room={room} />
                  </li>
                )
              )
            })}
          </ol>
        </div>
      </div>
      {!list.isAtEnd && <JumpToNewest count={reading.below} onJump={list.toNewest} />}
    </section>
  )
}
