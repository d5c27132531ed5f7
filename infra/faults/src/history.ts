import http from 'node:http'
import { token } from '@farmgate/testing/tokens.ts'

/** One request and what became of it. */
export type Operation = {
  what: string
  /** Milliseconds since the epoch. */
  began: number
  ms: number
  /** `lost`: the connection ended without an answer, so nobody knows whether it was done. */
  status: number | 'lost'
}

type Answer<T> = { status: number | 'lost'; body: T | undefined; headers: http.IncomingHttpHeaders }

type Asking = { body?: unknown; headers?: Record<string, string>; jwt?: string }

/** Longer than anything may take, so that what takes too long is seen as such. */
const PATIENCE_MS = 30_000

/** Asks over the one origin and remembers every answer, until it is closed. */
export type History = {
  readonly operations: readonly Operation[]
  /** `body` is what the path answers when all is well: look at the status first. */
  ask<T>(user: string, method: string, path: string, asking?: Asking): Promise<Answer<T>>
  /** Something that was not as it has to be, seen while asking. */
  readonly misses: string[]
  /** Every refusal as it was worded. */
  readonly refusals: ReadonlySet<string>
}

/** Each request has a connection of its own, so that all instances get their share. */
export function openHistory(url: string): History {
  const operations: Operation[] = []
  const refusals = new Set<string>()
  return {
    operations,
    misses: [],
    refusals,
    async ask<T>(user: string, method: string, path: string, asking: Asking = {}): Promise<Answer<T>> {
      const began = Date.now()
      const answer = await request<T>(url, user, method, path, asking)
      if (answer.status !== 'lost' && answer.status >= 400) refusals.add(JSON.stringify(answer.body))
      const what = `${method} ${path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…')}`
      operations.push({ what, began, ms: Date.now() - began, status: answer.status })
      return answer
    },
  }
}

function request<T>(base: string, user: string, method: string, path: string, asking: Asking): Promise<Answer<T>> {
  const { body, headers = {}, jwt = token(user) } = asking
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const { promise, resolve } = Promise.withResolvers<Answer<T>>()
  const lost = () => resolve({ status: 'lost', body: undefined, headers: {} })
  const asked = http.request(new URL(path, base), {
    method,
    agent: false,
    timeout: PATIENCE_MS,
    headers: {
      authorization: `Bearer ${jwt}`,
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
      }),
      ...headers,
    },
  })
  asked.on('timeout', () => asked.destroy())
  asked.on('error', lost)
  asked.on('response', (answer) => {
    const parts: Buffer[] = []
    answer.on('error', lost)
    answer.on('data', (part: Buffer) => parts.push(part))
    answer.on('end', () => {
      const text = Buffer.concat(parts).toString()
      const isJson = /json/.test(answer.headers['content-type'] ?? '')
      resolve({
        status: answer.statusCode ?? 'lost',
        body: isJson ? (JSON.parse(text) as T) : undefined,
        headers: answer.headers,
      })
    })
  })
  asked.end(payload)
  return promise
}
