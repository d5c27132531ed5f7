import { Link, useSearch } from 'wouter'
import { screens } from '../../src/screens.ts'
import { filterOf, searchOf } from '../chats/filter-search.ts'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { BackIcon } from './icons.tsx'

/** The way back to the list, called as the list is: a customer's holds orders. */
export function useBackText(): string {
  const { back } = useTexts().conversation
  return useSession().person.is_farmer ? back.farmer : back.customer
}

/** Its arrow in the head, to the list as it was filtered; a page that shows the list beside the conversation hides it. */
export function BackLink() {
  const search = searchOf(filterOf(useSearch()))
  return (
    <Link href={screens.chats + search} className="order-head-back" aria-label={useBackText()}>
      <BackIcon />
    </Link>
  )
}
