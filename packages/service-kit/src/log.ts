import { type DestinationStream, type LogFn, type Logger, pino, stdTimeFunctions } from 'pino'

export type Log = Logger

/** Wherever one of these stands in what is logged, its value is not shown. */
const SECRETS = ['authorization', 'cookie', 'token', 'password', 'secret', 'body', '["set-cookie"]']

/**
 * A logger of JSON lines. Events, not sentences; ids as fields; no message text, no token. The serializers drop query
 * strings (a socket's `?token=`) and everything of a request that a person wrote.
 */
export function createLog(service: string, level: string, destination?: DestinationStream): Log {
  const options = {
    level,
    base: { service },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: SECRETS.flatMap(everyDepth), censor: '[redacted]' },
    hooks: { logMethod: withoutErrorText },
    serializers: { err: plainError, req: plainRequest, res: plainReply },
  }
  return destination ? pino(options, destination) : pino(options)
}

const everyDepth = (name: string) =>
  name.startsWith('[') ? [name, `*${name}`, `*.*${name}`] : [name, `*.${name}`, `*.*.${name}`]

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
