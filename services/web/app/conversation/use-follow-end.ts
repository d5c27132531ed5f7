import { type RefObject, useEffect } from 'react'

/**
 * Who reads at the lower end stays there when the place for the history changes: when the composer grows, a notice comes,
 * the keyboard of a phone opens. `end` is how near to it counts, in pixels.
 */
export function useFollowEnd(scroller: RefObject<HTMLElement | null>, end: number, toEnd: () => void) {
  useEffect(() => {
    const history = scroller.current
    if (!history) return
    let isAtEnd = false
    // A change of size fires no scroll event, so this still says where one was before it.
    const onScroll = () => {
      isAtEnd = history.scrollHeight - history.scrollTop - history.clientHeight <= end
    }
    const resized = new ResizeObserver(() => isAtEnd && toEnd())
    history.addEventListener('scroll', onScroll, { passive: true })
    resized.observe(history)
    return () => {
      history.removeEventListener('scroll', onScroll)
      resized.disconnect()
    }
  }, [scroller, end, toEnd])
}
