import { createSigner } from 'fast-jwt'
import { z } from 'zod'

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

/** Where the one origin is, here and as browsers name it, and how its tokens are signed. */
type Seeded = {
  origin: string
  /** Its pictures travel as URLs: https, or http on localhost, for rooms-api takes no other. */
  publicOrigin: string
  secret: string
  issuer?: string | undefined
  audience?: string | undefined
}

/**
 * Tells rooms-api about the demo's market, as the marketplace's backend would. The web service has the market, for it has
 * its shop. The same again changes nothing. Throws where something does not answer or refuses.
 */
export async function seedCatalog({ origin, publicOrigin, ...signed }: Seeded): Promise<void> {
  const { farms, customers, products } = market.parse(await (await ask(origin, '/demo/market/')).json())
  const authorization = `Bearer ${backendToken(signed)}`
  const put = (path: string, body: unknown) =>
    ask(origin, path, {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const absolute = (picture: string) => new URL(picture, publicOrigin)
  const users = [...farms, ...customers].map(({ user_id, name, avatar_url }) =>
    put(`/catalog/users/${user_id}/`, { name, avatar_url: absolute(avatar_url) }),
  )
  await Promise.all(users)
  const goods = products.map(({ product_id, image_url, ...product }) =>
    put(`/catalog/products/${product_id}/`, { ...product, image_url: absolute(image_url) }),
  )
  await Promise.all(goods)
}

async function ask(origin: string, path: string, init?: RequestInit): Promise<Response> {
  const answer = await fetch(origin + path, { ...init, signal: AbortSignal.timeout(ANSWER_MS) })
  if (!answer.ok) throw new Error(`${init?.method ?? 'GET'} ${path} gave ${answer.status}`)
  return answer
}

function backendToken({ secret, issuer, audience }: Omit<Seeded, 'origin' | 'publicOrigin'>): string {
  const exp = Math.floor(Date.now() / 1_000) + TOKEN_S
  const named = { ...(issuer && { iss: issuer }), ...(audience && { aud: audience }) }
  return createSigner({ key: secret, algorithm: 'HS256' })({ sub: 'marketplace', role: 'service', exp, ...named })
}
