import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type ReactNode, useMemo } from 'react'
import { Notice } from '../shell/notice.tsx'
import { useTexts } from '../texts/texts.ts'
import { AskRefused, ask } from './ask.ts'
import { SessionContext } from './session.ts'
import { type Proof, tokensOf } from './tokens-of.ts'

type Props = { url: string; children: ReactNode }

/**
 * The login of a real marketplace: `url` (SESSION_URL) is asked with the user's cookies and answers
 * `{token, user: {id, name, avatar_url?, is_farmer?}}`; 401 where nobody is signed in there. It is asked again whenever a
 * new token is needed: who signs out there is signed out here no later than their token ends.
 */
export function MarketplaceSession({ url, children }: Props) {
  const { signedOut, away } = useTexts().shell
  const queries = useQueryClient()
  const who = useQuery({
    queryKey: ['person', url],
    queryFn: async () => (await askMarketplace(url)).person,
    // Asked once: another answer later would be another session, and end what is open.
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  const { data: person, error, refetch } = who
  const session = useMemo(
    () =>
      person && {
        person,
        token: tokensOf(
          person,
          () =>
            askMarketplace(url).catch(async (refused: unknown) => {
              if (isSignedOut(refused)) await queries.resetQueries({ queryKey: ['person', url] })
              throw refused
            }),
          (other) => queries.setQueryData(['person', url], other),
        ),
      },
    [person, url, queries],
  )
  if (session) {
    return (
      <SessionContext value={session} key={session.person.user_id}>
        {children}
      </SessionContext>
    )
  }
  return error && <Notice {...(isSignedOut(error) ? signedOut : away)} onAgain={() => void refetch()} />
}

const isSignedOut = (error: unknown) => error instanceof AskRefused && error.status === 401

async function askMarketplace(url: string): Promise<Proof> {
  const { token, user } = await ask(url, isAnswer, { credentials: 'include' })
  const { id, name, avatar_url = null, is_farmer = true } = user
  return { token, person: { user_id: id, name, avatar_url, is_farmer } }
}

type Answer = { token: string; user: { id: string; name: string; avatar_url?: string | null; is_farmer?: boolean } }

const isAnswer = (value: unknown): value is Answer => {
  const { token, user } = Object(value)
  return typeof token === 'string' && typeof Object(user).id === 'string' && typeof Object(user).name === 'string'
}
