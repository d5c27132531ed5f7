import http from 'node:http'
import type { Message, MessagePage } from '@farmgate/contracts/messages.ts'
import type { Room, RoomPage } from '@farmgate/contracts/rooms.ts'
import type { Stack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect } from 'vitest'

export type Answer<T = unknown> = { status: number; headers: http.IncomingHttpHeaders; text: string; body: T }

export type Asking = {
  /** The user who asks. */
  as?: string
  /** A token as it is, instead of a user. */
  token?: string
  body?: unknown
  /** A body as it is, instead of JSON made here. */
  raw?: string
  /** Sends the body without saying how long it is. */
  chunked?: boolean
  headers?: Record<string, string>
}

/** As the public interface writes times: RFC 3339 in UTC with milliseconds. */
export const TIME = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
export const UUID = expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/)
export const NOBODYS_ROOM = '00000000-0000-4000-8000-000000000000'

/** Waits until nothing in `check` is refuted any more: for what another service hears of a moment later. */
export const settles = (check: () => Promise<void>) =>
  until(async () => {
    await check()
    return true
  })

export const firstMessage = (bought: string) =>
  `Hello! I've just purchased ${bought}.\nI'd like to discuss delivery options...`

export type Outsider = ReturnType<typeof openOutsider>

/**
 * Someone who knows the public interface (/openapi.json, /asyncapi.json) and nothing else. Each request is a connection of its own, so that several instances behind
 * one port all get their share, and its path goes out as it is written.
 */
export function openOutsider({ url }: Pick<Stack, 'url'>) {
  const ask = <T>(method: string, path: string, asking: Asking = {}): Promise<Answer<T>> =>
    request<T>(url, method, path, asking)

  return {
    ask,
    /** The same person, at a service's own port. */
    at: (base: string) => openOutsider({ url: base }),

    async offer(farmer_id: string, product_id: string, fields: object = {}) {
      const by = { token: serviceToken() }
      await ask('PUT', `/catalog/users/${farmer_id}/`, { ...by, body: { name: `Farm of ${farmer_id}` } })
      const body = { farmer_id, name: 'Tomatoes', unit: 'kg', ...fields }
      await ask('PUT', `/catalog/products/${product_id}/`, { ...by, body })
    },
    checkOut: (customer_id: string, fields: object = {}, key?: string) =>
      ask<Room>('POST', '/chat/rooms/', {
        as: customer_id,
        body: checkout(customer_id, fields),
        ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
      }),
    list: (as: string, query = '') => ask<RoomPage>('GET', `/chat/rooms/${query}`, { as }),
    room: (as: string, room_id: string) => ask<Room>('GET', `/chat/rooms/${room_id}/`, { as }),
    step: (as: string, room_id: string, order_status: unknown) =>
      ask<Room>('PATCH', `/chat/rooms/${room_id}/`, { as, body: { order_status } }),
    page: (as: string, room_id: string, query = '') =>
      ask<MessagePage>('GET', `/chat/messages/?room_id=${room_id}${query}`, { as }),
    send: (as: string, room_id: string, body: string, fields: object = {}) =>
      ask<Message>('POST', '/chat/messages/', { as, body: { room_id, body, ...fields } }),
    message: (as: string, message_id: string) => ask<Message>('GET', `/chat/messages/${message_id}/`, { as }),
    edit: (as: string, message_id: string, body: unknown) =>
      ask<Message>('PATCH', `/chat/messages/${message_id}/`, { as, body: { body } }),
    remove: (as: string, message_id: string) => ask<null>('DELETE', `/chat/messages/${message_id}/`, { as }),
    read: (as: string, room_id: string, seq: unknown) =>
      ask<{ seq: number }>('POST', '/chat/messages/read/', { as, body: { room_id, seq } }),
  }
}

/** What `checkOut` sends: an order of 2.5 tomatoes at bo's. */
export const checkout = (customer_id: string, fields: object = {}) => ({
  customer_id,
  farmer_id: 'bo',
  product_id: 'tomatoes',
  quantity: 2.5,
  is_post_checkout: true,
  ...fields,
})

function request<T>(base: string, method: string, path: string, asking: Asking): Promise<Answer<T>> {
  const { as, token: jwt = as === undefined ? undefined : token(as), body, raw, chunked = false, headers } = asking
  const { hostname, port } = new URL(base)
  const payload = raw ?? (body === undefined ? undefined : JSON.stringify(body))
  return new Promise((resolve, reject) => {
    const sent = http.request({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: {
        ...(jwt === undefined ? {} : { authorization: `Bearer ${jwt}` }),
        ...(payload === undefined ? {} : { 'content-type': 'application/json' }),
        ...(payload === undefined || chunked ? {} : { 'content-length': Buffer.byteLength(payload) }),
        ...headers,
      },
    })
    sent.on('error', reject)
    sent.on('response', (answer) => {
      const parts: Buffer[] = []
      answer.on('error', reject)
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const text = Buffer.concat(parts).toString()
        resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text, body: parse(text, answer) as T })
      })
    })
    sent.end(payload)
  })
}

const parse = (text: string, { headers }: http.IncomingMessage): unknown =>
  text !== '' && /json/.test(headers['content-type'] ?? '') ? JSON.parse(text) : null

/** Stacks, SQL and what only insiders call by name. */
const INSIDE =
  /\n\s+at |node_modules|\.ts\b|postgres|redis|ioredis|select |insert |drizzle|fastify|FST_|ECONN|zod|fast-?jwt|undici/i

/** An error as "Ground rules" have it, and nothing of the inside in it. */
export function expectProblem(answer: Answer, status: number, code?: string): void {
  expect(answer).toMatchObject({
    status,
    headers: { 'content-type': expect.stringMatching(/^application\/problem\+json\b/) },
    body: {
      type: expect.any(String),
      title: expect.any(String),
      status,
      detail: expect.any(String),
      code: code ?? expect.stringMatching(/^[a-z][a-z_]*$/),
    },
  })
  expect(answer.text).not.toMatch(INSIDE)
  if (status === 429 || status === 503) expect(answer.headers['retry-after']).toMatch(/^[1-9]\d*$/)
}

/** A 400 whose `errors` name the place. */
export function expectBadBody(answer: Answer, path?: string): void {
  expectProblem(answer, 400)
  const errors = expect.arrayContaining([
    expect.objectContaining({
      path: path === undefined ? expect.any(String) : expect.stringContaining(path),
      message: expect.any(String),
    }),
  ])
  expect(answer.body).toMatchObject({ errors })
}
