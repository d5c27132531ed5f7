import type { Room, RoomPage } from '@farmgate/contracts/rooms.ts'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'

// What messages-api has acknowledged is in the next answer of rooms-api, without a moment in between.

let stack: Stack
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2, 'messages-api': 2 } })
  await ask(serviceToken(), 'PUT', '/catalog/products/p-1/', { farmer_id: 'f-1', name: 'Tomatoes' })
})
afterAll(() => stack.close())

async function ask<T>(bearer: string, method: string, path: string, body?: unknown): Promise<T> {
  const response = await fetch(stack.url + path, {
    method,
    headers: { authorization: `Bearer ${bearer}`, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return (await response.json()) as T
}
const as = (user: string) => ({
  list: () => ask<RoomPage>(token(user), 'GET', '/chat/rooms/'),
  room: (id: string) => ask<Room>(token(user), 'GET', `/chat/rooms/${id}/`),
  send: (room_id: string) => ask(token(user), 'POST', '/chat/messages/', { room_id, body: 'x' }),
  mark: (room_id: string, seq: number) => ask(token(user), 'POST', '/chat/messages/read/', { room_id, seq }),
})
const checkOut = (customer_id: string) =>
  ask<Room>(token(customer_id), 'POST', '/chat/rooms/', {
    ...{ customer_id, farmer_id: 'f-1', product_id: 'p-1' },
    ...{ quantity: 1, is_post_checkout: true },
  })

test('100 messages and reads, each looked for at once: counts, last message and order are never behind', async () => {
  const [first, second] = [await checkOut('c-1'), await checkOut('c-2')]
  const farmer = as('f-1')
  for (let i = 0; i < 50; i++) {
    const { room_id, customer_id } = i % 2 ? first : second
    await as(customer_id).send(room_id)
    const list = await farmer.list()
    expect(list.results[0]).toMatchObject({ room_id, last_message: { kind: 'text' } })
    expect(list.results[0]?.unread_count).toBeGreaterThan(0)
    await farmer.mark(room_id, list.results[0]?.last_seq ?? 0)
    expect(await farmer.room(room_id)).toMatchObject({ unread_count: 0, has_unread_farmer: false, is_new_order: false })
  }
  expect((await farmer.list()).total_unread).toBe(0)
})

test('with messages-api away the list is answered in time, with what there is', async () => {
  for (const service of stack.services['messages-api']) service.kill('SIGSTOP')
  const began = Date.now()
  expect((await as('f-1').list()).results).toHaveLength(2)
  expect(Date.now() - began).toBeLessThan(1_500)
  for (const service of stack.services['messages-api']) service.kill('SIGCONT')
})
