import { userId } from '@farmgate/contracts/ids.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { createSigner } from 'fast-jwt'
import { z } from 'zod'
import type { DemoConfig } from '../config.ts'
import { demoMarket } from '../demo/market.ts'

/** Short, so that a demo shows what a marketplace should do: the app renews it long before a conversation ends. */
const TOKEN_S = 5 * 60

const people = new Set([...demoMarket.customers, ...demoMarket.farms].map(({ user_id }) => user_id))

/** POST /demo/token/ {user_id} → {token, expires_at} — a token for one of the demo's people, without any proof. */
export function issueDemoToken(app: App, { secret, issuer, audience }: DemoConfig) {
  const sign = createSigner({ key: secret, algorithm: 'HS256' })
  const body = z.strictObject({ user_id: userId })
  app.post('/demo/token/', { schema: { body } }, ({ body: { user_id } }) => {
    if (!people.has(user_id)) throw new Refusal('unknown_user', 'The demo has no such person')
    const exp = Math.floor(Date.now() / 1_000) + TOKEN_S
    const token = sign({ sub: user_id, exp, ...(issuer && { iss: issuer }), ...(audience && { aud: audience }) })
    return { token, expires_at: new Date(exp * 1_000).toISOString() }
  })
}
