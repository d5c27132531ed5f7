import type { TimelineEntry } from '@farmgate/client/room-snapshot.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { memo } from 'react'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { OrderCard } from './order-card.tsx'
import { OwnMessage } from './own-message.tsx'
import type { Row } from './rows.ts'
import { StatusLine } from './status-line.tsx'
import { StoredMessage } from './stored-message.tsx'
import { UnsentMessage } from './unsent-message.tsx'

export type RowProps = Row & { entry: TimelineEntry; room: Room }

/** One row: the lines above it, where a day or what is unread begins, and what it is. Drawn anew only when it changes. */
export const HistoryRow = memo(function HistoryRow(row: RowProps) {
  const { conversation } = useTexts()
  const format = useFormat()
  return (
    <>
      {row.opensDay && <p className="day-line">{format.dayLine(row.at)}</p>}
      {row.opensUnread && <p className="unread-line">{conversation.unreadLine}</p>}
      <div className={`history-row ${row.closesGroup ? 'closes-group' : ''}`}>
        <Content {...row} />
      </div>
    </>
  )
})

function Content({ entry, room, ...row }: RowProps) {
  if (entry.state !== 'stored') return <UnsentMessage entry={entry} row={row} />
  const { message } = entry
  if (message.kind === 'order_status') return <StatusLine message={message} />
  if (message.kind === 'order_placed') return <OrderCard message={message} room={room} row={row} />
  return row.own ? <OwnMessage message={message} row={row} /> : <StoredMessage message={message} row={row} />
}
