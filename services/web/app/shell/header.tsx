import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useTotalUnread } from '../session/live.tsx'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'

/** On every screen: where one can go, and who one is. */
export function Header() {
  const { shell } = useTexts()
  const { person, leave } = useSession()
  const unread = useTotalUnread()
  return (
    <header className="header">
      <Link href={screens.home}>{shell.name}</Link>
      <nav>
        {!person.is_farmer && <Link href={screens.market}>{shell.market}</Link>}
        <Link href={screens.chats}>
          {person.is_farmer ? shell.chats : shell.orders} {unread}
        </Link>
      </nav>
      <button type="button" onClick={leave}>
        {person.name}
      </button>
    </header>
  )
}
