import './order-head.css'
import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useTexts } from '../texts/texts.ts'
import { BackIcon } from './icons.tsx'

/** The head of a room that could not be asked for yet: the way back to the list, which a narrow page has nowhere else. */
export function UnknownHead() {
  const { conversation } = useTexts()
  return (
    <header className="order-head">
      <Link href={screens.chats} className="order-head-back" aria-label={conversation.back}>
        <BackIcon />
      </Link>
      <h1>{conversation.notLoaded}</h1>
    </header>
  )
}
