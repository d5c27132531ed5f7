import './order-head.css'
import { useTexts } from '../texts/texts.ts'
import { BackLink } from './back-link.tsx'

/** The head of a room that could not be asked for yet: the way back to the list, which a narrow page has nowhere else. */
export function UnknownHead() {
  const { conversation } = useTexts()
  return (
    <header className="order-head">
      <BackLink />
      <h1>{conversation.notLoaded}</h1>
    </header>
  )
}
