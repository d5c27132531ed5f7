import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useTexts } from '../texts/texts.ts'
import { useBackText } from './back-link.tsx'

/** For a room that does not exist, or not for this user: which of the two is nobody's to know. */
export function UnknownRoom() {
  const { unknown } = useTexts().conversation
  const back = useBackText()
  return (
    <div className="conversation-nothing">
      <h1>{unknown.title}</h1>
      <p>{unknown.text}</p>
      <Link href={screens.chats} className="button button-quiet">
        {back}
      </Link>
    </div>
  )
}
