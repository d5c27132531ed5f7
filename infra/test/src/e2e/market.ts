import type { MessagePage } from '@farmgate/contracts/messages.ts'
import type { Room, RoomPage } from '@farmgate/contracts/rooms.ts'
import type { Stack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'

/** How people use a stack over its one origin. */
export type Market = ReturnType<typeof openMarket>

export type Answered<T> = { status: number; body: T; headers: Headers }

export function openMarket(stack: Pick<Stack, 'url'>) {
  async function ask<T>(
    user: string | null,
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answered<T>> {
    const response = await fetch(stack.url + path, {
      method,
      headers: {
        ...(user === null ? {} : { authorization: `Bearer ${user.includes('.') ? user : token(user)}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as T, headers: response.headers }
  }

  return {
    ask,

    async offer(farmer_id: string, product: string, fields: object = {}) {
      await ask(serviceToken(), 'PUT', `/catalog/users/${farmer_id}/`, { name: `Farm of ${farmer_id}` })
      await ask(serviceToken(), 'PUT', `/catalog/products/${product}/`, {
        farmer_id,
        name: 'Tomatoes',
        unit: 'kg',
        ...fields,
      })
    },

    checkOut: (customer_id: string, farmer_id: string, product_id: string, fields: object = {}, key?: string) =>
      ask<Room>(
        customer_id,
        'POST',
        '/chat/rooms/',
        { customer_id, farmer_id, product_id, quantity: 2.5, is_post_checkout: true, ...fields },
        key === undefined ? {} : { 'idempotency-key': key },
      ),

    list: (user: string, query = '') => ask<RoomPage>(user, 'GET', `/chat/rooms/${query}`),
    room: (user: string, room_id: string) => ask<Room>(user, 'GET', `/chat/rooms/${room_id}/`),
    step: (user: string, room_id: string, order_status: string) =>
      ask<Room>(user, 'PATCH', `/chat/rooms/${room_id}/`, { order_status }),
    page: (user: string, room_id: string, query = '') =>
      ask<MessagePage>(user, 'GET', `/chat/messages/?room_id=${room_id}${query}`),

    /** A room's whole history, page by page. */
    async history(user: string, room_id: string) {
      const messages: MessagePage['results'] = []
      for (;;) {
        const { body } = await this.page(user, room_id, `&limit=200&after_seq=${messages.at(-1)?.seq ?? 0}`)
        messages.push(...body.results)
        if (!body.has_more) return messages
      }
    },
  }
}
