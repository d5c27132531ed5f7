import { randomBytes } from 'node:crypto'
import { room as roomShape } from '@farmgate/contracts/rooms.ts'
import { openClient } from './http.ts'
import type { Target } from './target.ts'

/** A room of the load, and its two members' tokens. */
export type LoadRoom = { room_id: string; tokens: [customer: string, farmer: string] }

export type Market = { run: string; farmers: string[]; products: string[] }

const AT_ONCE = 32
const FARMERS = 20

const opened = roomShape.pick({ room_id: true })

/** Farmers and a product of each, of this run alone, told to the catalog as the marketplace would. */
export async function openMarket(target: Target): Promise<Market> {
  const run = randomBytes(4).toString('hex')
  const client = openClient(AT_ONCE)
  const backend = target.sign({ sub: 'marketplace', role: 'service' })
  const farmers = Array.from({ length: FARMERS }, (_, n) => `load-${run}-f${n}`)
  const products = farmers.map((_, n) => `load-${run}-p${n}`)
  await inParallel(farmers, AT_ONCE, async (farmer_id, n) => {
    const url = `${target.rooms}/catalog/products/${products[n]}/`
    const answer = await client.ask('PUT', url, backend, { farmer_id, name: `Produce no. ${n}`, unit: 'kg' })
    if (answer.status >= 300) throw new Error(`${url}: ${answer.status} ${answer.body}`)
  })
  client.close()
  return { run, farmers, products }
}

/** The wish of the nth checkout, each of another customer. */
export const wishOf = ({ run, farmers, products }: Market, n: number, places: boolean) => ({
  customer_id: `load-${run}-c${n}`,
  farmer_id: farmers[n % farmers.length] ?? '',
  product_id: products[n % products.length] ?? '',
  quantity: 1,
  is_post_checkout: places,
})

/** So many rooms to talk in, opened over the public interface. */
export async function openRooms(target: Target, count: number): Promise<LoadRoom[]> {
  const market = await openMarket(target)
  const client = openClient(AT_ONCE)
  const wishes = Array.from({ length: count }, (_, n) => wishOf(market, n, false))
  const rooms = await inParallel(wishes, AT_ONCE, async (wish): Promise<LoadRoom> => {
    const customer = target.sign({ sub: wish.customer_id })
    const answer = await client.ask('POST', `${target.rooms}/chat/rooms/`, customer, wish)
    if (answer.status >= 300) throw new Error(`POST /chat/rooms/: ${answer.status} ${answer.body}`)
    const { room_id } = opened.parse(JSON.parse(answer.body))
    return { room_id, tokens: [customer, target.sign({ sub: wish.farmer_id })] }
  })
  client.close()
  return rooms
}

/** `work` for each item, so many at once; the results in the items' order. */
export async function inParallel<T, R>(items: readonly T[], atOnce: number, work: (item: T, at: number) => Promise<R>) {
  const results: R[] = []
  const left = items.entries()
  const worker = async () => {
    for (const [at, item] of left) results[at] = await work(item, at)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
  return results
}
