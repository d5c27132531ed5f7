import { STATUS_CODES } from 'node:http'
import type { Socket } from 'node:net'
import { type ErrorCode, errorCodes, type Problem, problem } from '@farmgate/contracts/errors.ts'
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { isDependencyAway } from './dependency.ts'
import { Refusal } from './refusal.ts'

export const PROBLEM_JSON = 'application/problem+json'

/** Seconds until trying again makes sense, where the refusal does not say. */
const RETRY_AFTER_S = 1

/** More than this helps nobody to mend a body. */
const MAX_LISTED_ERRORS = 20

/** The body of an answer that refuses. */
export function problemOf({ code, detail, extra }: Refusal): Problem {
  const { status, title } = errorCodes[code]
  return {
    type: `/problems/${code}`,
    title,
    status,
    detail: detail ?? title,
    code,
    ...(extra.errors && { errors: extra.errors }),
    ...(extra.current !== undefined && { current: extra.current }),
  }
}

/** Headers that belong to a refusal: when to come back, and how to log in. */
export function headersOf({ code, status, extra }: Refusal): Record<string, string> {
  if (status === 429 || status === 503) return { 'retry-after': String(extra.retryAfterS ?? RETRY_AFTER_S) }
  return code === 'unauthorized' ? { 'www-authenticate': 'Bearer' } : {}
}

/** Fastify's error handler: everything that was thrown becomes a problem; only what nobody expected is logged. */
export function answerProblem(error: unknown, request: FastifyRequest, reply: FastifyReply) {
  const refusal = refusalOf(error)
  if (refusal.code === 'internal') request.log.error({ err: error }, 'request.failed')
  else if (refusal.status === 503) request.log.warn({ err: error }, 'request.unavailable')
  return sendProblem(reply, refusal)
}

/**
 * Answers with a refusal. The id is set here too, for what is refused before any hook has run. Bytes, since Fastify would
 * add a charset to text, which the media type does not have (RFC 9457).
 */
function sendProblem(reply: FastifyReply, refusal: Refusal) {
  return reply
    .code(refusal.status)
    .headers({ ...headersOf(refusal), 'x-request-id': reply.request.id, 'content-type': PROBLEM_JSON })
    .send(Buffer.from(JSON.stringify(problemOf(refusal))))
}

/** The refusal that an error amounts to. */
function refusalOf(error: unknown): Refusal {
  if (error instanceof Refusal) return error
  if (isValidationError(error)) return invalid(error)
  if (isFastifyError(error)) return transportRefusal(error)
  return new Refusal(isDependencyAway(error) ? 'unavailable' : 'internal')
}

const BY_CONTEXT = {
  body: 'invalid_body',
  querystring: 'invalid_query',
  params: 'invalid_path',
  headers: 'invalid_header',
} as const satisfies Record<string, ErrorCode>

type Validated = FastifyError & {
  validation: NonNullable<FastifyError['validation']>
  validationContext: keyof typeof BY_CONTEXT
}

const isValidationError = (error: unknown): error is Validated =>
  error instanceof Error && 'validation' in error && 'validationContext' in error

function invalid(error: Validated): Refusal {
  const errors = error.validation.flatMap(toListedErrors).slice(0, MAX_LISTED_ERRORS)
  const detail = errors.map(({ path, message }) => (path ? `${path}: ${message}` : message)).at(0)
  return new Refusal(BY_CONTEXT[error.validationContext], detail, { errors })
}

/** An unknown field is listed under its own path, so that a form can mark it. */
function toListedErrors(issue: Validated['validation'][number]) {
  const path = issue.instancePath.slice(1).replaceAll('/', '.')
  const { keys } = issue.params
  if (!Array.isArray(keys)) return [{ path, message: issue.message ?? 'is not valid' }]
  return keys.map((key) => ({ path: [path, String(key)].filter(Boolean).join('.'), message: 'is not a known field' }))
}

/** What Fastify itself refuses while it reads a request. Its messages stay inside. */
const BY_FASTIFY: Record<string, ErrorCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body_too_large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'unsupported_media_type',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'invalid_body',
  FST_ERR_CTP_INVALID_JSON_BODY: 'invalid_body',
  FST_ERR_MAX_PARAM_LENGTH: 'not_found',
  FST_ERR_NOT_FOUND: 'not_found',
}

const isFastifyError = (error: unknown): error is FastifyError & { statusCode: number } =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' && error.statusCode < 500

/** A body that is no JSON is at fault as a whole: its path is empty. */
const NOT_JSON = { errors: [{ path: '', message: 'must be JSON' }] }

function transportRefusal(error: FastifyError): Refusal {
  const code = BY_FASTIFY[error.code] ?? (error.statusCode === 413 ? 'body_too_large' : 'bad_request')
  return code === 'invalid_body' ? new Refusal(code, 'The body must be JSON', NOT_JSON) : new Refusal(code)
}

const BY_PARSER: Record<string, ErrorCode> = {
  HPE_HEADER_OVERFLOW: 'headers_too_large',
  ERR_HTTP_REQUEST_TIMEOUT: 'request_timeout',
}

/**
 * What is no HTTP at all never becomes a request: answered on the raw socket. A socket that has been reset cannot be
 * answered, and one in the middle of an answer must not get a second one.
 */
export function answerClientError(error: Error & { code?: string }, socket: Socket) {
  if (error.code === 'ECONNRESET' || !socket.writable || socket.bytesWritten > 0) return void socket.destroy()
  socket.end(rawAnswer(new Refusal(BY_PARSER[error.code ?? ''] ?? 'bad_request')))
}

/** A refusal as the bytes of an HTTP/1.1 answer that closes its connection; also for upgrades that are refused. */
export function rawAnswer(refusal: Refusal, requestId?: string): string {
  const body = JSON.stringify(problemOf(refusal))
  const headers = {
    ...headersOf(refusal),
    ...(requestId !== undefined && { 'x-request-id': requestId }),
    'content-type': PROBLEM_JSON,
    'content-length': String(Buffer.byteLength(body)),
    'cache-control': 'no-store',
    connection: 'close',
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status] ?? ''}\r\n${lines.join('')}\r\n${body}`
}

/** How OpenAPI shows an answer that refuses. */
export type DescribedProblem = { description: string; content: Record<string, { schema: typeof problem }> }

/**
 * The refusals of an operation, to spread into its `response`. They are documentation: a handler throws them and never
 * returns one, so they take no part in the type of what it returns. What every route may answer need not be named.
 */
export function problems(...codes: ErrorCode[]): Record<never, never> {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status)
  return Object.fromEntries([...byStatus].map(([status, some]) => [status, describe(some)]))
}

const describe = (codes: ErrorCode[]): DescribedProblem => ({
  description: codes.map((code) => `\`${code}\`: ${errorCodes[code].title}`).join('\n\n'),
  content: { [PROBLEM_JSON]: { schema: problem } },
})
