import type { InboxFilter, LiveInbox } from '@farmgate/client/inbox-snapshot.ts'
import { useCallback, useEffect, useMemo } from 'react'
import { useLocation, useSearch } from 'wouter'
import { useInbox } from '../session/live.tsx'
import { filterOf, searchOf } from './filter-search.ts'

/**
 * The filter of the chat list stands in the address: a reload and the back button keep it, a conversation beside the list,
 * too. Elsewhere the one open list is whole again.
 */
export function useFilter(): [filter: InboxFilter, setFilter: (filter: InboxFilter) => void] {
  const inbox = useInbox()
  const [path, go] = useLocation()
  const search = searchOf(filterOf(useSearch()))
  const filter = useMemo(() => filterOf(search), [search])
  useEffect(() => apply(inbox, search), [inbox, search])
  useEffect(() => () => apply(inbox, ''), [inbox])
  return [filter, useCallback((wanted) => go(path + searchOf(wanted)), [go, path])]
}

/** A list that is so already is not read anew. */
function apply(inbox: LiveInbox, search: string) {
  if (searchOf(inbox.getSnapshot().filter) !== search) inbox.setFilter(filterOf(search))
}
