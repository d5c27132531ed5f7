import type { Problem } from '@farmgate/contracts/errors.ts'
import { FarmgateError } from '../errors.ts'
import type { Farmgate } from '../farmgate.ts'

/** Longer than any of Farmgate's answers takes. */
const DEADLINE_MS = 15_000

export type Request = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** From the origin on. */
  path: string
  /** What is undefined is left out. */
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  headers?: Record<string, string>
  signal?: AbortSignal | undefined
}

/** One request of the caller's, and its answer. Throws FarmgateError, or what `signal` was aborted with. */
export function request<Answer>(farmgate: Farmgate, { method, path, query = {}, ...more }: Request): Promise<Answer> {
  const url = new URL(path, farmgate.origin)
  for (const [name, value] of Object.entries(query)) if (value !== undefined) url.searchParams.set(name, String(value))
  const deadline = () => AbortSignal.timeout(DEADLINE_MS)
  return answerTo(farmgate, more.signal, (token) =>
    fetch(url, {
      method,
      headers: {
        ...more.headers,
        ...(more.body === undefined ? {} : { 'content-type': 'application/json' }),
        authorization: `Bearer ${token}`,
      },
      signal: more.signal ? AbortSignal.any([more.signal, deadline()]) : deadline(),
      ...(more.body === undefined ? {} : { body: JSON.stringify(more.body) }),
    }),
  )
}

/** Asks with the caller's token; where that is refused, once more with a new one. */
export async function answerTo<Answer>(
  { tokens }: Farmgate,
  signal: AbortSignal | undefined,
  ask: (token: string) => Promise<Response>,
): Promise<Answer> {
  const token = await tokens.get()
  signal?.throwIfAborted()
  try {
    const response = await ask(token)
    return await decode(response.status === 401 ? await ask(await tokens.insteadOf(token)) : response)
  } catch (error) {
    if (error instanceof FarmgateError) throw error
    signal?.throwIfAborted()
    throw new FarmgateError({ status: 0, code: 'unreachable', detail: 'No answer came' }, undefined, { cause: error })
  }
}

async function decode<Answer>(response: Response): Promise<Answer> {
  const text = await response.text()
  if (!response.ok) throw refusal(response, text)
  // Farmgate's own answers are trusted to be what its contracts say.
  return (text === '' ? undefined : JSON.parse(text)) as Answer
}

function refusal(response: Response, text: string): FarmgateError {
  const { status, headers } = response
  const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
  const problem = headers.get('content-type')?.startsWith('application/problem+json')
    ? (JSON.parse(text) as Problem)
    : { status, code: 'unreadable' as const, detail: `The answer was ${status}, and not Farmgate's` }
  return new FarmgateError(problem, Number.isFinite(retryAfter) ? retryAfter : undefined)
}
