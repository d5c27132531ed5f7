import { type ReactNode, useCallback, useMemo, useState } from 'react'
import type { DemoMarket } from '../../src/demo/market.ts'
import { Notice } from '../shell/notice.tsx'
import { useTexts } from '../texts/texts.ts'
import { Welcome } from '../welcome/welcome.tsx'
import { ask } from './ask.ts'
import { useMarket } from './market-data.ts'
import { type Person, SessionContext } from './session.ts'

/** Kept per window, so that two windows are two people. */
const KEY = 'farmgate.person'

/** The demo's login: whoever one says to be. It exists outside production only. */
export function DemoSession({ children }: { children: ReactNode }) {
  const [userId, setUserId] = useState(chosen)
  const choose = useCallback((id: string | null) => {
    remember(id)
    setUserId(id)
  }, [])
  const { away } = useTexts().shell
  const { data: market, error, refetch } = useMarket()
  const person = market && personOf(market, userId)
  const session = useMemo(
    () => person && { person, token: () => tokenOf(person.user_id), leave: () => choose(null) },
    [person, choose],
  )
  if (error) return <Notice {...away} onAgain={() => void refetch()} />
  if (!market) return null
  if (!session) return <Welcome market={market} onChoose={choose} />
  return (
    <SessionContext value={session} key={userId}>
      {children}
    </SessionContext>
  )
}

const people = new WeakMap<DemoMarket, Map<string, Person>>()

/** The same person is the same object for as long as the market is: sessions hang on it. */
function personOf(market: DemoMarket, userId: string | null): Person | undefined {
  const known = people.get(market) ?? everybody(market)
  people.set(market, known)
  return known.get(userId ?? '')
}

function everybody({ farms, customers }: DemoMarket) {
  const all = [
    ...farms.map((farm): Person => ({ ...farm, is_farmer: true })),
    ...customers.map((customer): Person => ({ ...customer, is_farmer: false })),
  ]
  return new Map(all.map((person) => [person.user_id, person]))
}

/** `?as=customer-ada` chooses once, for links that open a second window; it then leaves the address. */
function chosen(): string | null {
  const url = new URL(location.href)
  const asked = url.searchParams.get('as')
  if (asked === null) return sessionStorage.getItem(KEY)
  url.searchParams.delete('as')
  history.replaceState(history.state, '', url)
  remember(asked)
  return asked
}

function remember(userId: string | null) {
  if (userId === null) sessionStorage.removeItem(KEY)
  else sessionStorage.setItem(KEY, userId)
}

const tokenOf = async (userId: string): Promise<string> => {
  const { token } = await ask('/demo/token/', isToken, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user_id: userId }),
  })
  return token
}

const isToken = (value: unknown): value is { token: string } =>
  typeof value === 'object' && value !== null && 'token' in value && typeof value.token === 'string'
