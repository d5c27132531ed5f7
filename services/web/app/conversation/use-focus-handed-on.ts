import { type RefObject, useLayoutEffect, useRef } from 'react'

/** When this goes from the page with the focus in it, the focus goes on to `next` instead of nowhere. */
export function useFocusHandedOn(next: () => void): RefObject<HTMLDivElement | null> {
  const frame = useRef<HTMLDivElement>(null)
  useLayoutEffect(() => {
    const shown = frame.current
    return () => {
      if (shown?.contains(document.activeElement)) next()
    }
  }, [next])
  return frame
}
