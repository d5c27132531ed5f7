import { createSigner } from 'fast-jwt'
import type { Config } from './config.ts'

const ANSWER_MS = 3_000
const TOKEN_S = 60

/** A market to look around in. The ids are the marketplace's, so ours say what they are. */
export const demoCatalog = {
  users: {
    'farm-lindenhof': { name: 'Lindenhof Farm' },
    'farm-hillside': { name: 'Hillside Orchard' },
    'farm-three-brooks': { name: 'Three Brooks Dairy' },
    'customer-ada': { name: 'Ada Okafor' },
    'customer-jonas': { name: 'Jonas Weber' },
    'customer-mei': { name: 'Mei Tanaka' },
  },
  products: {
    'tomatoes-heirloom': { farmer_id: 'farm-lindenhof', name: 'Heirloom Tomatoes', unit: 'kg' },
    'potatoes-new': { farmer_id: 'farm-lindenhof', name: 'New Potatoes', unit: 'kg' },
    'eggs-free-range': { farmer_id: 'farm-lindenhof', name: 'Free-range Eggs', unit: 'dozen' },
    'apples-boskoop': { farmer_id: 'farm-hillside', name: 'Boskoop Apples', unit: 'kg' },
    'juice-pear': { farmer_id: 'farm-hillside', name: 'Cloudy Pear Juice', unit: 'l' },
    'honey-linden': { farmer_id: 'farm-hillside', name: 'Linden Honey', unit: 'jar' },
    'milk-raw': { farmer_id: 'farm-three-brooks', name: 'Fresh Milk', unit: 'l' },
    'cheese-goat': { farmer_id: 'farm-three-brooks', name: 'Goat Cheese' },
  },
} as const

/** Tells rooms-api about the demo market, as the marketplace's backend would. The same again changes nothing. */
export async function seedCatalog(roomsApiUrl: string, config: Config): Promise<void> {
  const authorization = `Bearer ${backendToken(config)}`
  const put = async (path: string, body: unknown) => {
    const answer = await fetch(new URL(path, roomsApiUrl), {
      method: 'PUT',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    })
    if (!answer.ok) throw new Error(`PUT ${path} gave ${answer.status}`)
  }
  const { users, products } = demoCatalog
  await Promise.all(Object.entries(users).map(([id, user]) => put(`/catalog/users/${id}/`, user)))
  await Promise.all(Object.entries(products).map(([id, product]) => put(`/catalog/products/${id}/`, product)))
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
