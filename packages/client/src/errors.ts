import type { ErrorCode, Problem } from '@farmgate/contracts/errors.ts'

/**
 * `unreachable`: no answer came, so whether the request was carried out is unknown. `unreadable`: an answer that is not
 * Farmgate's, of a proxy for instance.
 */
export type FarmgateErrorCode = ErrorCode | 'unreachable' | 'unreadable'

/** A refusal with the code of the table in contracts/errors.ts, or one of the two above. `status` is 0 without an answer. */
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

  /** The same again, later, may well succeed: no answer, too many requests, or a dependency away. Everything else is final. */
  get temporary(): boolean {
    return this.status === 0 || this.status === 408 || this.status === 429 || this.status >= 500
  }
}

type FarmgateFault = { status: number; code: FarmgateErrorCode; detail: string }
