import type { InboxFilter } from '@farmgate/client/inbox-snapshot.ts'
import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'

type Props = { filter: InboxFilter; onShowAll: () => void }

/** Why the list is empty, and what leads out of it. */
export function NoChats({ filter, onShowAll }: Props) {
  const { empty } = useTexts().chats
  const { is_farmer } = useSession().person
  const isFiltered = filter.order_status !== undefined || filter.unread === true
  if (isFiltered) {
    return (
      <div className="no-chats">
        <p>{empty.filtered}</p>
        <button type="button" className="button button-quiet" onClick={onShowAll}>
          {empty.showAll}
        </button>
      </div>
    )
  }
  return (
    <div className="no-chats">
      <h2>{empty.title}</h2>
      <p>{is_farmer ? empty.farmer : empty.customer}</p>
      {!is_farmer && (
        <Link href={screens.market} className="button">
          {empty.market}
        </Link>
      )}
    </div>
  )
}
