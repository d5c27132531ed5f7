import './header.css'
import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { Mark } from './mark.tsx'
import { Menu } from './menu.tsx'
import { NavLink } from './nav-link.tsx'
import { useOnline } from './online.ts'
import { UnreadCount } from './unread-count.tsx'

/** On every screen: where one can go, and who one is. */
export function Header() {
  const { shell } = useTexts()
  const { is_farmer } = useSession().person
  const online = useOnline()
  return (
    <header className="header">
      <a href="#content" className="skip button">
        {shell.skip}
      </a>
      <Link href={screens.home} className="brand">
        <Mark />
        <span>{shell.name}</span>
      </Link>
      <nav aria-label={shell.name}>
        {!is_farmer && <NavLink href={screens.market}>{shell.market}</NavLink>}
        <NavLink href={screens.chats}>
          {is_farmer ? shell.chats : shell.orders}
          <UnreadCount />
        </NavLink>
      </nav>
      <p className="offline" role="status">
        {!online && <span title={shell.offlineHint}>{shell.offline}</span>}
      </p>
      <Menu />
    </header>
  )
}
