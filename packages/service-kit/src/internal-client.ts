import { problem } from '@farmgate/contracts/errors.ts'
import { Pool } from 'undici'
import { z } from 'zod'
import { DependencyAway, isDependencyAway } from './dependency.ts'
import { exchange } from './exchange.ts'
import { Refusal } from './refusal.ts'
import { type Trace, untraced } from './trace.ts'

type Options = { name: string; baseUrl: string; token: string; connections?: number; trace?: Trace }

type Call<T> = {
  /** Everything together: waiting for a connection, the answer and its body. Told to the other end as `x-deadline`. */
  deadlineMs: number
  requestId?: string
  /** What the answer must be; without it the JSON is handed on as it came. */
  schema?: z.ZodType<T>
}

export type InternalClient = {
  get<T = unknown>(path: string, call: Call<T>): Promise<T>
  post<T = unknown>(path: string, body: unknown, call: Call<T>): Promise<T>
  close(): Promise<void>
}

const CONNECT_MS = 1_000
const KEEP_ALIVE_MS = 30_000
const MAX_ANSWER_BYTES = 32 * 1024 * 1024

/**
 * Calls to the /internal/ doors of another service over kept connections. Where it cannot be reached, is too slow or
 * overloaded: DependencyAway(name). Where it refuses (4xx): a Refusal with the same code, so that the owner's 404 stays one.
 */
export function internalClient({ name, baseUrl, token, connections = 16, trace = untraced }: Options): InternalClient {
  const { origin, pathname } = new URL(baseUrl)
  const prefix = pathname.replace(/\/$/, '')
  const pool = new Pool(origin, {
    connections,
    connect: { timeout: CONNECT_MS },
    keepAliveTimeout: KEEP_ALIVE_MS,
    maxResponseSize: MAX_ANSWER_BYTES,
  })
  const authorization = `Bearer ${token}`

  async function ask(method: 'GET' | 'POST', path: string, body: string | undefined, call: Call<unknown>) {
    try {
      const span = trace.current()
      const headers = {
        authorization,
        'x-deadline': String(Date.now() + call.deadlineMs),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(call.requestId !== undefined && { 'x-request-id': call.requestId }),
        ...(span && { traceparent: span.traceparent }),
      }
      return await exchange(pool, { method, path: prefix + path, headers, body: body ?? null }, call.deadlineMs)
    } catch (cause) {
      throw isAway(cause) ? new DependencyAway(name, cause) : cause
    }
  }

  async function request<T>(method: 'GET' | 'POST', path: string, body: string | undefined, call: Call<T>) {
    const asked = () => ask(method, path, body, call)
    const { status, text } = await trace.child(`${method} ${name}${path}`, { kind: 'client' }, asked)
    if (status >= 300) throw refused(name, status, text)
    const json: unknown = text === '' ? undefined : JSON.parse(text)
    // Without a schema T is unknown: the caller passes the JSON on.
    return call.schema ? call.schema.parse(json) : (json as T)
  }

  return {
    get: (path, call) => request('GET', path, undefined, call),
    post: (path, body, call) => request('POST', path, JSON.stringify(body), call),
    close: () => pool.close().catch(() => pool.destroy()),
  }
}

const isAway = (error: unknown) =>
  isDependencyAway(error) || (error instanceof Error && (error.name === 'TimeoutError' || error.name === 'AbortError'))

/** Our own token refused, or an answer that is no problem, is a fault of ours: 500, and logged. */
function refused(name: string, status: number, text: string): Error {
  if (status >= 500 || status === 429 || status === 408) return new DependencyAway(name, new Error(`status ${status}`))
  const parsed = asProblem(text)
  if (!parsed || status === 401) return new Error(`${name} answered ${status}`)
  const { code, detail, current, errors } = parsed
  return new Refusal(code, detail, { ...(current !== undefined && { current }), ...(errors && { errors }) })
}

/** What we need of a refusal, and no more: the other end may be older or newer than we are. */
const refusal = problem.pick({ code: true, current: true, errors: true }).extend({ detail: z.string().optional() })

function asProblem(text: string) {
  const result = z
    .string()
    .transform((json, context) => {
      try {
        return JSON.parse(json)
      } catch {
        context.addIssue('not JSON')
        return z.NEVER
      }
    })
    .pipe(refusal)
    .safeParse(text)
  return result.data
}
