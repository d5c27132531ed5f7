import { setTimeout as wait } from 'node:timers/promises'
import type { Message, MessagePage } from '@farmgate/contracts/messages.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { until } from '@farmgate/testing/until.ts'
import { uuidFrom } from './ids.ts'
import type { Random } from './random.ts'
import type { World } from './world.ts'

export type LoadSize = {
  /** Two sockets each. */
  rooms: number
  /** Operations a second over all rooms, most of them messages. */
  perS: number
}

export type Conversation = {
  room_id: string
  customer_id: string
  farmer_id: string
  customer: RoomClient
  farmer: RoomClient
}

/** People who buy, talk, correct themselves, read, move orders on, and lose their connections. */
export type Load = {
  conversations: readonly Conversation[]
  /** They stand at doors that are not theirs. */
  strangers: readonly RoomClient[]
  /** Says nothing new from here on; what was said goes on being repeated until it is acknowledged. */
  quiet(): Promise<void>
  close(): Promise<void>
}

const ROOMS_OF_A_FARMER = 10
const STRANGERS = 3
const TICK_MS = 20
/** Of requests under way; while everything hangs no more are made. */
const MOST_REQUESTS = 40

export async function startLoad(world: World, size: LoadSize, random: Random): Promise<Load> {
  const conversations = await openConversations(world, size.rooms)
  const strangers = Array.from({ length: STRANGERS }, (_, i) => {
    const { room_id } = random.pick(conversations)
    return new RoomClient(world.stack.wsUrl, room_id, `stranger-${i}`)
  })
  const requests = new Set<Promise<void>>()
  let isQuiet = false

  const start = (work: Promise<void>) => {
    requests.add(work)
    void work.finally(() => requests.delete(work))
  }
  const acts = actsOf(world, random)
  const act = () => {
    const conversation = random.pick(conversations)
    const pick = acts[random.below(acts.length)]
    if (pick?.is === 'frame') pick.act(conversation)
    else if (pick && requests.size < MOST_REQUESTS) start(pick.act(conversation))
  }
  const run = async () => {
    let due = 0
    let last = performance.now()
    while (!isQuiet) {
      await wait(TICK_MS)
      due += ((performance.now() - last) / 1_000) * size.perS
      last = performance.now()
      for (; due >= 1; due--) act()
    }
  }
  const running = run()

  const clients = () => [...conversations.flatMap(({ customer, farmer }) => [customer, farmer]), ...strangers]
  return {
    conversations,
    strangers,
    async quiet() {
      isQuiet = true
      await running
      await Promise.all(requests)
    },
    async close() {
      isQuiet = true
      await running
      await Promise.all(clients().map((client) => client.close()))
    },
  }
}

/** A few at a time: to begin is not what is tried here. */
async function openConversations(world: World, count: number): Promise<Conversation[]> {
  const farmers = Array.from({ length: Math.ceil(count / ROOMS_OF_A_FARMER) }, (_, i) => `bo-${i}`)
  for (const farmer of farmers) await world.offer(farmer, `tomatoes-of-${farmer}`)
  const conversations: Conversation[] = []
  while (conversations.length < count) {
    const next = Array.from({ length: ROOMS_OF_A_FARMER }, (_, i) => conversations.length + i).filter((i) => i < count)
    const open = (i: number) => openConversation(world, `ada-${i}`, farmers[i % farmers.length] ?? '')
    conversations.push(...(await Promise.all(next.map(open))))
  }
  return conversations
}

async function openConversation(world: World, customer_id: string, farmer_id: string): Promise<Conversation> {
  const bought = await until(async () => (await checkOut(world, customer_id, farmer_id)).body?.room_id, PATIENTLY)
  const customer = new RoomClient(world.stack.wsUrl, bought, customer_id)
  const farmer = new RoomClient(world.stack.wsUrl, bought, farmer_id)
  await until(() => customer.isIn && farmer.isIn, PATIENTLY)
  return { room_id: bought, customer_id, farmer_id, customer, farmer }
}

/** Nothing is promised of how fast it goes: a machine that does other work, too, may need a while. */
const PATIENTLY = { within: 60_000 }

export const checkOut = (world: World, customer_id: string, farmer_id: string, key?: string) =>
  world.history.ask<Room>(customer_id, 'POST', '/chat/rooms/', {
    body: {
      customer_id,
      farmer_id,
      product_id: `tomatoes-of-${farmer_id}`,
      quantity: 2.5,
      is_post_checkout: true,
    },
    ...(key !== undefined && { headers: { 'idempotency-key': key } }),
  })

type Act =
  | { is: 'frame'; act: (it: Conversation) => void }
  | { is: 'request'; act: (it: Conversation) => Promise<void> }

/** What happens, as often as it stands here: of 20 acts 11 are messages over a socket, one is a message over HTTP. */
function actsOf(world: World, random: Random): readonly Act[] {
  const sideOf = ({ customer, farmer }: Conversation) => random.pick([customer, farmer])
  const newestOf = (client: RoomClient) => client.inOrder.at(-1)?.seq ?? 0
  let checkouts = 0

  const say = (it: Conversation) => {
    const id = uuidFrom(random)
    sideOf(it).send(`${id} is what I say`, id)
  }
  /** Each is deleted once: what is done again is answered again, with its old rev. */
  const deleted = new Set<string>()
  const minesOf = (client: RoomClient) =>
    client.inOrder.filter((it) => client.sent.has(it.client_message_id ?? '') && !deleted.has(it.message_id))
  let edits = 0
  const edit = (it: Conversation) => {
    const client = sideOf(it)
    const message = minesOf(client).at(-1 - random.below(5))
    if (!message) return
    const body = `${message.client_message_id} is what I mean now (${edits++})`
    client.say({ type: 'message.edit', message_id: message.message_id, body })
  }
  const remove = (it: Conversation) => {
    const client = sideOf(it)
    const [message] = minesOf(client)
    if (!message) return
    deleted.add(message.message_id)
    client.say({ type: 'message.delete', message_id: message.message_id })
  }
  const read = (it: Conversation) => {
    const client = sideOf(it)
    client.say({ type: 'read', seq: newestOf(client) })
  }
  const post = async ({ room_id, customer_id }: Conversation) => {
    const client_message_id = uuidFrom(random)
    const body = { room_id, body: `${client_message_id} is what I post`, client_message_id }
    const sent = await world.history.ask<Message>(customer_id, 'POST', '/chat/messages/', { body })
    if (sent.status === 201) await readBack(world, customer_id, room_id, client_message_id)
  }
  const step = async ({ room_id, farmer_id }: Conversation) => {
    const body = { order_status: random.pick(['active', 'completed']) }
    await world.history.ask(farmer_id, 'PATCH', `/chat/rooms/${room_id}/`, { body })
  }
  const buy = async ({ customer_id, farmer_id }: Conversation) => {
    const isNew = random.below(2) === 0
    const customer = isNew ? `${customer_id}-again-${checkouts++}` : customer_id
    const bought = await checkOut(world, customer, farmer_id, isNew ? undefined : uuidFrom(random))
    if (bought.status === 201 && bought.body) await readBack(world, customer, bought.body.room_id, null)
  }
  const frame = (times: number, act: (it: Conversation) => void): Act[] => Array(times).fill({ is: 'frame', act })
  const request = (act: (it: Conversation) => Promise<void>): Act => ({ is: 'request', act })
  return [
    ...frame(11, say),
    ...frame(1, edit),
    ...frame(1, remove),
    ...frame(3, read),
    ...frame(1, (it) => sideOf(it).drop()),
    request(post),
    request(step),
    request(buy),
  ]
}

/** I7: what was acknowledged is in the same caller's next read, whichever instance answers it. */
async function readBack({ history }: World, user: string, room_id: string, client_message_id: string | null) {
  const page = await history.ask<MessagePage>(user, 'GET', `/chat/messages/?room_id=${room_id}&limit=200`)
  if (page.status !== 200 || !page.body) return
  const isThere = page.body.results.some((it) =>
    client_message_id === null ? it.kind === 'order_placed' : it.client_message_id === client_message_id,
  )
  if (!isThere) history.misses.push(`${room_id}: ${client_message_id ?? 'the first message'} is not in the next read`)
}

/** Until so many more messages have been acknowledged: then everything is going on. */
export async function untilUnderWay({ conversations }: Pick<Load, 'conversations'>, more: number): Promise<void> {
  const acknowledged = () =>
    conversations.reduce((sum, it) => sum + it.customer.acknowledged.size + it.farmer.acknowledged.size, 0)
  const before = acknowledged()
  await until(() => acknowledged() >= before + more, { ...PATIENTLY, what: `${more} more acknowledgements` })
}
