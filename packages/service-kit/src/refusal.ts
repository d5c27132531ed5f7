import { type ErrorCode, errorCodes } from '@farmgate/contracts/errors.ts'

/** What a refusal may tell beside its code. `retryAfterS` becomes the Retry-After header, the rest stands in the body. */
export type RefusalExtra = {
  retryAfterS?: number
  current?: string | null
  errors?: { path: string; message: string }[]
}

/**
 * An expected no, as one of the codes of the error table. Thrown from anywhere; becomes application/problem+json on HTTP
 * and an `error` frame on a socket. `detail` is shown to the caller: never put an internal name into it.
 */
export class Refusal extends Error {
  readonly code: ErrorCode
  readonly detail: string | undefined
  readonly extra: RefusalExtra

  constructor(code: ErrorCode, detail?: string, extra: RefusalExtra = {}) {
    super(detail ?? errorCodes[code].title)
    this.name = 'Refusal'
    this.code = code
    this.detail = detail
    this.extra = extra
  }

  get status(): number {
    return errorCodes[this.code].status
  }
}
