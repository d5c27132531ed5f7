import type { ErrorCode, Problem } from '@farmgate/contracts/errors.ts'

/**
 * `unreachable`: no answer came, so whether the request was carried out is unknown. `unreadable`: an answer that is not
 * Farmgate's, of a proxy for instance. `no_token`: the caller's own function gave none.
 */
export type FarmgateErrorCode = ErrorCode | 'unreachable' | 'unreadable' | 'no_token'

/** The same again, later, may well succeed. All else is final: `internal` too, since a bug stays a bug. */
const TEMPORARY: readonly FarmgateErrorCode[] = [
  'unreachable',
  'no_token',
  'unauthorized',
  'request_timeout',
  'rate_limited',
  'overloaded',
  'unavailable',
]

/** What a proxy says when it is the one behind it that is away. */
const AWAY = [408, 429, 502, 503, 504]

/** A refusal with the code of the table in contracts/errors.ts, or one of the three above. `status` is 0 without an answer. */
export class FarmgateError extends Error {
  override readonly name = 'FarmgateError'
  readonly status: number
  readonly code: FarmgateErrorCode
  /** What is wrong with a body, by field. */
  readonly errors: Problem['errors']
  /** With `illegal_transition`: the status that the order has now. */
  readonly current: Problem['current']
  /** Seconds that the server asks to wait. */
  readonly retry_after: number | undefined

  constructor(
    { status, code, detail, errors, current }: Pick<Problem, 'errors' | 'current'> & FarmgateFault,
    retryAfter?: number,
    options?: ErrorOptions,
  ) {
    super(detail, options)
    this.status = status
    this.code = code
    this.errors = errors
    this.current = current
    this.retry_after = retryAfter
  }

  /** The same again, later, may well succeed. */
  get temporary(): boolean {
    return TEMPORARY.includes(this.code) || (this.code === 'unreadable' && AWAY.includes(this.status))
  }
}

type FarmgateFault = { status: number; code: FarmgateErrorCode; detail: string }
