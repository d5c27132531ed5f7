import { type DestinationStream, type LogFn, type Logger, pino, stdTimeFunctions } from 'pino'

export type Log = Logger

/** Wherever one of these stands in what is logged, its value is not shown. */
const SECRETS = new Set(['authorization', 'cookie', 'set-cookie', 'token', 'password', 'secret', 'body', 'frame'])

const MAX_DEPTH = 4

/**
 * A logger of JSON lines. Events, not sentences; ids as fields; no message text, no token. The serializers drop query
 * strings (a socket's `?token=`) and everything of a request that a person wrote.
 */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }), log: withoutSecrets },
    hooks: { logMethod: withoutErrorText },
    serializers: { err: plainError, req: plainRequest, res: plainReply },
  }
  return destination ? pino(options, destination) : pino(options)
}

/** By hand, since pino's own `redact` takes 10 µs a line for paths of any depth, this about one. */
function withoutSecrets(logged: Record<string, unknown>, depth = 1): Record<string, unknown> {
  const shown: Record<string, unknown> = {}
  for (const key in logged) {
    const value = logged[key]
    shown[key] = SECRETS.has(key) ? '[redacted]' : isPlain(value) ? inner(value, depth) : value
  }
  return shown
}

const inner = (value: Record<string, unknown>, depth: number) =>
  depth < MAX_DEPTH ? withoutSecrets(value, depth + 1) : '[deeper]'

/** Errors, requests and answers have serializers of their own. */
const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype

/** Postgres puts the values of a row into `detail` and the statement into `query`: neither is taken over. */
function plainError(error: unknown) {
  if (!(error instanceof Error)) return { type: typeof error }
  const code = 'code' in error ? { code: String(error.code) } : {}
  const cause: object = error.cause instanceof Error ? { cause: plainError(error.cause) } : {}
  return { type: error.name, message: withoutQuery(error.message), ...code, stack: frames(error), ...cause }
}

/** The stack's frames without its first lines, which repeat the message. */
const frames = (error: Error) =>
  error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n')

/** drizzle writes the statement and its parameters into the message. */
const withoutQuery = (message: string) => message.split('\n')[0]?.replace(/\?\S*/g, '') ?? ''

const plainRequest = (request: { method?: string; url?: string }) => ({
  method: request.method,
  path: request.url?.split('?', 1)[0],
})

const plainReply = (reply: { statusCode?: number }) => ({ status: reply.statusCode })

/** pino makes the message of a lone error the line's own, past its serializer. */
function withoutErrorText(this: Logger, args: Parameters<LogFn>, method: LogFn) {
  method.apply(this, args.length === 1 && carriesError(args[0]) ? [args[0], 'error'] : args)
}

const carriesError = (logged: unknown) =>
  logged instanceof Error || (typeof logged === 'object' && logged !== null && 'err' in logged)
