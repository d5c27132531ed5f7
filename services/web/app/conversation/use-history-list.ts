import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import { defaultRangeExtractor, type Range, useVirtualizer } from '@tanstack/react-virtual'
import { type FocusEvent, useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react'
import { drawnRows } from './drawn-rows.ts'
import { isOwn, rowKey, seqOf } from './rows.ts'
import { useFollowEnd } from './use-follow-end.ts'

/** One line of text with its padding; rows are measured as soon as they are drawn. */
const ESTIMATE_PX = 64
/** Rows drawn above and below what is in view, for a quick wheel. */
const OVERSCAN = 12
/** This near to the newest message counts as reading it: what comes is followed. */
const END_PX = 80
/** A row at the lower edge is in view when this much of it is. */
const IN_VIEW_PX = 24
/** Kept free at the upper end, for what OlderMessages says; and at the lower one, beside what a group keeps below it. */
const TOP_PX = 48
const BOTTOM_PX = 3
/** The older page is asked for at most this many rows before the oldest comes into view: some screens, for a quick hand. */
const NEAR_TOP = 100

/**
 * Which rows of the history are drawn, and where. It holds on to its lower end: it opens at the newest message, or at the
 * unread line; older pages come in above without moving what is in view; what is new is followed by one who reads there.
 */
export function useHistoryList({ entries, first_unread_seq }: RoomSnapshot, me: string) {
  const scroller = useRef<HTMLDivElement>(null)
  const [unread] = useState(() => firstUnread(entries, first_unread_seq))
  const [focused, setFocused] = useState<number>()
  const keyOf = useCallback((index: number) => (entries[index] ? rowKey(entries[index], me) : index), [entries, me])
  const extract = useCallback(
    (range: Range) => drawnRows(defaultRangeExtractor(range), focused, range.count),
    [focused],
  )
  const list = useVirtualizer<HTMLDivElement, HTMLLIElement>({
    count: entries.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATE_PX,
    getItemKey: keyOf,
    rangeExtractor: extract,
    anchorTo: 'end',
    followOnAppend: true,
    scrollEndThreshold: END_PX,
    overscan: OVERSCAN,
    paddingStart: TOP_PX,
    paddingEnd: BOTTOM_PX,
    scrollPaddingStart: TOP_PX,
    // About where it opens, so that the first rows drawn are not the oldest ones.
    initialOffset: () => TOP_PX + (unread < 0 ? entries.length : unread) * ESTIMATE_PX,
    directDomUpdates: true,
    directDomUpdatesMode: 'position',
  })

  useLayoutEffect(() => {
    if (unread < 0) list.scrollToEnd()
    else list.scrollToIndex(unread, { align: 'start' })
  }, [list, unread])
  useFollowEnd(scroller, END_PX, list.scrollToEnd)

  // One's own message is followed from wherever one was.
  const last = entries.at(-1)
  const lastOwn = last && isOwn(last, me) && last.state !== 'stored' ? last.client_message_id : undefined
  useEffect(() => {
    if (lastOwn !== undefined) list.scrollToEnd()
  }, [lastOwn, list])

  const lowerEdge = (list.scrollOffset ?? 0) + (list.scrollRect?.height ?? 0)
  return {
    scroller,
    container: list.containerRef,
    measure: list.measureElement,
    items: list.getVirtualItems(),
    isAtEnd: list.isAtEnd(END_PX),
    // Never at once on opening, where few rows are there: what is above is for who goes there.
    isNearTop: (list.range?.startIndex ?? NEAR_TOP) < Math.min(NEAR_TOP, entries.length / 2),
    /** The index of the lowest row in view. */
    lastInView: list.getVirtualItemForOffset(lowerEdge - IN_VIEW_PX)?.index ?? -1,
    toNewest: () => list.scrollToEnd(),
    onFocus: ({ target }: FocusEvent<HTMLElement>) => setFocused(rowOf(target)),
    onBlur: () => setFocused(undefined),
  }
}

/** The row it opens at; -1 where all has been read. */
const firstUnread = (entries: RoomSnapshot['entries'], seq: number | null) =>
  seq === null ? -1 : entries.findIndex((entry) => seqOf(entry) === seq)

function rowOf(target: Element): number | undefined {
  const index = target.closest<HTMLElement>('[data-index]')?.dataset.index
  return index === undefined ? undefined : Number(index)
}
