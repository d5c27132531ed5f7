import type { Message, MessagePage } from '@farmgate/contracts/messages.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import type { Stack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'

/** The marketplace's own backend, for `call`. */
export const MARKETPLACE = 'marketplace'

type Origin = Pick<Stack, 'url'>

/**
 * What a test does past the windows, as one of the users.
 *
 * @throws Error where the answer is no 2xx.
 */
export async function call<T>(origin: Origin, user: string, method: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(origin.url + path, {
    method,
    headers: {
      authorization: `Bearer ${user === MARKETPLACE ? serviceToken() : token(user)}`,
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
  })
  if (!answer.ok) throw new Error(`${method} ${path} gave ${answer.status}: ${await answer.text()}`)
  return (await answer.json()) as T
}

const farmers = {
  'tomatoes-heirloom': 'farm-lindenhof',
  'potatoes-new': 'farm-lindenhof',
  'eggs-free-range': 'farm-lindenhof',
  'apples-boskoop': 'farm-hillside',
  'honey-linden': 'farm-hillside',
  'juice-pear': 'farm-hillside',
  'cheese-goat': 'farm-three-brooks',
}

export type ProductId = keyof typeof farmers

/** Opens the room of a product of the demo's market, with an order in it or only to ask; gives its id. */
export async function openRoom(origin: Origin, customer_id: string, product_id: ProductId, isOrder: boolean) {
  const wish = { customer_id, farmer_id: farmers[product_id], product_id, quantity: 2, is_post_checkout: isOrder }
  return (await call<Room>(origin, customer_id, 'POST', '/chat/rooms/', wish)).room_id
}

/** A room's history as the database has it. */
export async function stored(origin: Origin, user: string, room_id: string): Promise<Message[]> {
  const all: Message[] = []
  for (let isMore = true; isMore; ) {
    const path = `/chat/messages/?room_id=${room_id}&limit=200&after_seq=${all.length}`
    const page = await call<MessagePage>(origin, user, 'GET', path)
    all.push(...page.results)
    isMore = page.has_more
  }
  return all
}

/** So many requests at once. */
const AT_ONCE = 50

type Many = { room_id: string; users: readonly [string, string]; count: number }

/** Fills a room: its two write in turn. */
export async function writeMany(origin: Origin, { room_id, users, count }: Many): Promise<void> {
  const write = (at: number) =>
    call(origin, users[at % 2] ?? users[0], 'POST', '/chat/messages/', {
      room_id,
      body: `${at + 1}. ${SENTENCES[at % 3]}`,
    })
  for (let from = 0; from < count; from += AT_ONCE)
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, at) => write(from + at)))
}

/** Of one line, of two, and of some more. */
const SENTENCES = [
  'Friday is fine.',
  'I bring my own crate, and would like to take two more kilos if there are any left by then.',
  'The gate is open from two.\nPark by the lime tree, not on the lane: the tractor has to pass, and it does not wait for anybody.\nSee you at four.',
]
