import './menu.css'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { Avatar } from './avatar.tsx'
import { Leave } from './leave.tsx'
import { Preferences } from './preferences.tsx'

/** Who one is, and how one likes it. The browser opens and closes it, by Escape and by a click elsewhere, too. */
export function Menu() {
  const { shell } = useTexts()
  const { person, leave } = useSession()
  return (
    <>
      <button type="button" className="menu-button" popoverTarget="menu" aria-label={shell.signedInAs(person.name)}>
        <Avatar name={person.name} url={person.avatar_url} />
        <span className="menu-name">{person.name}</span>
      </button>
      <div id="menu" className="menu" popover="auto">
        <p className="menu-person">
          <Avatar name={person.name} url={person.avatar_url} />
          <span>
            <b>{person.name}</b>
            <br />
            {person.is_farmer ? shell.farmer : shell.customer}
          </span>
        </p>
        <Preferences />
        {leave && <Leave leave={leave} />}
      </div>
    </>
  )
}
