import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useTexts } from '../texts/texts.ts'

/** For a room that does not exist, or not for this user: which of the two is nobody's to know. */
export function UnknownRoom() {
  const { unknown, back } = useTexts().conversation
  return (
    <div className="conversation-nothing">
      <h2>{unknown.title}</h2>
      <p>{unknown.text}</p>
      <Link href={screens.chats} className="button button-quiet">
        {back}
      </Link>
    </div>
  )
}
