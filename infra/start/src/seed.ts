import { createSigner } from 'fast-jwt'
import { z } from 'zod'
import type { Config } from './config.ts'

const ANSWER_MS = 3_000
const TOKEN_S = 60

/** As much of the demo's market as the chat has to know. Pictures are paths of the one origin. */
const market = z.object({
  farms: z.array(z.object({ user_id: z.string(), name: z.string(), avatar_url: z.string() })),
  customers: z.array(z.object({ user_id: z.string(), name: z.string(), avatar_url: z.string() })),
  products: z.array(
    z.object({
      product_id: z.string(),
      farmer_id: z.string(),
      name: z.string(),
      unit: z.string().nullable(),
      image_url: z.string(),
    }),
  ),
})

/**
 * Tells rooms-api about the demo's market, as the marketplace's backend would. The web service has the market, for it has
 * its shop. The same again changes nothing.
 */
export async function seedCatalog(config: Config): Promise<void> {
  const { farms, customers, products } = market.parse(await (await ask(config.PORT, '/demo/market/')).json())
  const authorization = `Bearer ${backendToken(config)}`
  const put = (path: string, body: unknown) =>
    ask(config.ROOMS_API_PORT, path, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  // By the name that browsers use: rooms-api takes http from localhost alone.
  const absolute = (picture: string) => new URL(picture, `http://localhost:${config.PORT}`)
  const users = [...farms, ...customers].map(({ user_id, name, avatar_url }) =>
    put(`/catalog/users/${user_id}/`, { name, avatar_url: absolute(avatar_url) }),
  )
  await Promise.all(users)
  const goods = products.map(({ product_id, image_url, ...product }) =>
    put(`/catalog/products/${product_id}/`, { ...product, image_url: absolute(image_url) }),
  )
  await Promise.all(goods)
}

async function ask(port: number, path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { ...init, signal: AbortSignal.timeout(ANSWER_MS) })
  if (!answer.ok) throw new Error(`${init?.method ?? 'GET'} ${path} gave ${answer.status}`)
  return answer
}

function backendToken({ JWT_SECRET, JWT_ISSUER, JWT_AUDIENCE }: Config): string {
  const sign = createSigner({ key: JWT_SECRET ?? '', algorithm: 'HS256' })
  const exp = Math.floor(Date.now() / 1_000) + TOKEN_S
  return sign({
    sub: 'marketplace',
    role: 'service',
    exp,
    ...(JWT_ISSUER && { iss: JWT_ISSUER }),
    ...(JWT_AUDIENCE && { aud: JWT_AUDIENCE }),
  })
}
