import { type RefObject, useLayoutEffect, useRef } from 'react'

/** Shows a <dialog> over everything for as long as it is mounted. Closing it gives the focus back to where it was. */
export function useModal(): RefObject<HTMLDialogElement | null> {
  const dialog = useRef<HTMLDialogElement>(null)
  // In the layout phase, since a dialog that has left the page has no focus to give back.
  useLayoutEffect(() => {
    const shown = dialog.current
    shown?.showModal()
    return () => shown?.close()
  }, [])
  return dialog
}
