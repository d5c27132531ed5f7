import { createContext, useContext } from 'react'

export type Person = {
  user_id: string
  name: string
  avatar_url: string | null
  /** Farmers begin at their chats, customers at the market. */
  is_farmer: boolean
}

/** Who uses this window, and how it proves it. */
export type Session = {
  person: Person
  /** A token that is good now, for the client. */
  token: () => Promise<string>
  /** Ends the session in this window; where the marketplace signs one in, that is its affair. */
  leave?: () => void
}

export const SessionContext = createContext<Session | null>(null)

/** The session of this window; only below a provider that has one. */
export function useSession(): Session {
  const session = useContext(SessionContext)
  if (!session) throw new Error('no session')
  return session
}
