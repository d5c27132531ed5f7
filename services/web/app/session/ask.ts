/** No answer by then is none, and what hangs can be asked for again. */
const LONGEST_MS = 10_000

/** Asks our own server, or the marketplace, for JSON; `fits` is the border where its shape is checked. */
export async function ask<T>(url: string, fits: (value: unknown) => value is T, init?: RequestInit): Promise<T> {
  const headers = { accept: 'application/json', ...init?.headers }
  const answer = await fetch(url, { ...init, headers, signal: AbortSignal.timeout(LONGEST_MS) })
  if (!answer.ok) throw new AskRefused(answer.status)
  const value: unknown = await answer.json()
  if (!fits(value)) throw new TypeError(`${url} gave something else than was asked for`)
  return value
}

export class AskRefused extends Error {
  override readonly name = 'AskRefused'
  readonly status: number

  constructor(status: number) {
    super(`status ${status}`)
    this.status = status
  }
}
