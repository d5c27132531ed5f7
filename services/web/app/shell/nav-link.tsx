import type { ReactNode } from 'react'
import { Link, useLocation } from 'wouter'

/** A link that says whether one is there, or below it. */
export function NavLink({ href, children }: { href: string; children: ReactNode }) {
  const [path] = useLocation()
  const isHere = path.startsWith(href)
  return (
    <Link href={href} className="nav-link" aria-current={isHere ? 'page' : undefined}>
      {children}
    </Link>
  )
}
