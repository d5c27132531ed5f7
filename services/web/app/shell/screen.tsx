import { type ReactNode, useEffect, useRef } from 'react'
import { useLocation } from 'wouter'
import { useTitle } from './title.ts'

type Props = {
  /** Stands in the window's title; undefined where a part of the screen says it. */
  title: string | undefined
  className?: string
  children: ReactNode
}

/** The path that was shown last: the first screen of a page leaves the focus where the browser put it. */
let shown: string | undefined

/** One screen: its name in the title, and the focus on it when one comes from another. */
export function Screen({ title, className, children }: Props) {
  const main = useRef<HTMLElement>(null)
  const [path] = useLocation()
  useTitle(title)
  useEffect(() => {
    const isArrival = shown !== undefined && shown !== path
    shown = path
    if (!isArrival) return
    main.current?.focus({ preventScroll: true })
    scrollTo(0, 0)
  }, [path])
  return (
    <main id="content" ref={main} tabIndex={-1} className={className}>
      {children}
    </main>
  )
}
