import { readConfig } from '@farmgate/service-kit/config.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { createVerifier } from 'fast-jwt'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createOrigin } from '../app.ts'
import { readDemo, shape } from '../config.ts'
import { demoMarket } from '../demo/market.ts'

const JWT_SECRET = 'a-secret-of-the-desk-with-32-characters'

async function originFor(env: Record<string, string>) {
  const config = readConfig(shape, env)
  const app = await createOrigin({ config, log: createLog('web', 'silent'), demo: readDemo(config, env) })
  onTestFinished(() => app.close())
  return app
}

const asked = (user_id: unknown) => ({ method: 'POST', url: '/demo/token/', body: { user_id } }) as const

test('a person of the demo gets a short token, as the services check it', async () => {
  const app = await originFor({ JWT_SECRET, JWT_ISSUER: 'desk', JWT_AUDIENCE: 'chat' })
  const { token, expires_at } = (await app.inject(asked('customer-ada'))).json()
  const claims = createVerifier({ key: JWT_SECRET, algorithms: ['HS256'], allowedIss: 'desk', allowedAud: 'chat' })(
    token,
  )
  expect(claims).toMatchObject({ sub: 'customer-ada' })
  expect(claims.exp - Date.now() / 1_000).toBeLessThanOrEqual(300)
  expect(new Date(expires_at).getTime()).toBe(claims.exp * 1_000)
})

test.each([
  ['anybody else', 'marketplace', 404],
  ['no id', undefined, 400],
  ['another type', { admin: true }, 400],
])('%s is refused', async (_, user_id, status) => {
  const app = await originFor({ JWT_SECRET })
  expect((await app.inject(asked(user_id))).statusCode).toBe(status)
})

test('its people and products are those of the market, pictures and all', async () => {
  const app = await originFor({ JWT_SECRET })
  expect((await app.inject('/demo/market/')).json()).toEqual(demoMarket)
  const { farms, customers, products } = demoMarket
  const pictures = [
    ...[...farms, ...customers].map(({ avatar_url }) => avatar_url),
    ...farms.map(({ picture_url }) => picture_url),
    ...products.map(({ image_url }) => image_url),
  ]
  const types = await Promise.all(pictures.map(async (url) => (await app.inject(url)).headers['content-type']))
  expect(new Set(types)).toEqual(new Set(['image/svg+xml']))
})

describe('there is no demo', () => {
  test.each([
    ['in production', { NODE_ENV: 'production', JWT_SECRET }],
    ['where the marketplace says who one is', { JWT_SECRET, SESSION_URL: '/session' }],
    ['where there is nothing to sign with', { JWKS_URL: 'https://keys.example/jwks.json' }],
  ])('%s', async (_, env) => {
    const app = await originFor(env)
    for (const request of [asked('customer-ada'), { url: '/demo/market/' }, { url: '/demo/pictures/ada.svg' }])
      expect((await app.inject(request)).statusCode).toBe(404)
    expect((await app.inject('/')).body).not.toContain('content="demo"')
  })
})
