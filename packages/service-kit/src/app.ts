import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import cors from '@fastify/cors'
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyRequest,
  LogController,
  type RawReplyDefaultExpression,
  type RawRequestDefaultExpression,
  type RawServerDefault,
} from 'fastify'
import { validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod'
import { admitCallers } from './admit.ts'
import { ARRIVAL, type Arrival, refuseSilence } from './arrival.ts'
import { openAuth } from './auth.ts'
import type { AuthConfig, ProcessConfig } from './config.ts'
import { type EventLoop, watchEventLoop } from './event-loop.ts'
import { knowTokens } from './known-tokens.ts'
import type { Log } from './log.ts'
import type { Metrics } from './metrics.ts'
import { type Described, describeApi } from './openapi.ts'
import { answerClientError, answerProblem } from './problems.ts'
import type { RateLimits } from './rate-limits.ts'
import { Refusal } from './refusal.ts'
import { type Trace, untraced } from './trace.ts'
import { traceAnswers } from './trace-answers.ts'
import { answerUnknownPaths } from './unknown-paths.ts'

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>

/** A request as handlers get it. */
export type Request = FastifyRequest

declare module 'fastify' {
  interface FastifyInstance {
    /** True from the first signal to stop: readiness says so, and connections are not kept. */
    shuttingDown: boolean
    /** Refuses what is new while this process is late to its own work. Routes that want a user ask it by themselves. */
    eventLoop: EventLoop
    /** Whether an Authorization header carries the secret that our services share; never where there is no auth. */
    isInternal(authorization: string | undefined): boolean
  }
  interface FastifyContextConfig {
    /** `open` asks for no token. Without it a route wants a user, or under /internal/ our own secret. */
    access?: 'open'
    /** Log level of the access line; `info` by default, `debug` for what probes ask for all day. */
    logAt?: 'info' | 'debug'
  }
}

type Options = {
  log: Log
  config: Pick<ProcessConfig, 'TRUSTED_PROXIES' | 'ALLOWED_ORIGINS'>
  /** Without it every route is open: for a service that has no users. */
  auth?: AuthConfig
  limits?: RateLimits
  metrics?: Metrics
  trace?: Trace
  openapi?: Described
  /** How long a request may take to arrive, where not ARRIVAL. */
  arrival?: Arrival
}

const BODY_LIMIT = 64 * 1024
const MAX_HEADER_BYTES = 16 * 1024

/** Longer than the idle time of common proxies (60 s), so that it is they who close: no race on a reused connection. */
const KEEP_ALIVE_MS = 65_000

/** Longer than any id of ours, so that a bad id is told apart by its schema (400), not by the router. */
const MAX_PARAM_LENGTH = 1_024

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/** An API's answers are data for one caller: not to be guessed at, framed, or kept by a cache. */
const SAFE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
}

/**
 * A Fastify with everything that our services do alike: problems for errors, users from tokens, limits, CORS, request
 * ids, one access line, metrics and the OpenAPI document. Add routes to it and hand it to `serve`.
 *
 * Hooks that wait for nothing call `done`: an async one costs every request a turn of promises.
 *
 * Bodies, queries and paths are checked by zod. Answers are not checked again: their schemas are documentation, and
 * tests hold them; on the hot path they go through JSON.stringify alone.
 */
export async function createApp(options: Options): Promise<App> {
  const { config, auth, limits, metrics, trace = untraced, openapi } = options
  const app = createServer(options)
  app.setErrorHandler(answerProblem)
  app.decorate('shuttingDown', false)
  app.decorate('eventLoop', watchEventLoop(metrics))
  app.addHook('onClose', async () => app.eventLoop.close())
  answerUnknownPaths(app)
  stampAnswers(app)
  logAnswers(app)
  if (metrics) measureAnswers(app, metrics)
  traceAnswers(app, trace)
  await allowOrigins(app, config.ALLOWED_ORIGINS)
  const opened = auth && (await openAuth(app, auth))
  app.decorate('isInternal', opened?.isInternal ?? (() => false))
  admitCallers(app, opened && { auth: opened, limits, tokens: auth?.JWKS_URL ? undefined : knowTokens() })
  readNoPackedBodies(app)
  if (openapi) await describeApi(app, openapi, auth !== undefined)
  return app
}

function createServer({ log, config, arrival = ARRIVAL }: Options): App {
  const app = Fastify({
    loggerInstance: log as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'request_id' }),
    genReqId: requestId,
    trustProxy: config.TRUSTED_PROXIES,
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PARAM_LENGTH },
    bodyLimit: BODY_LIMIT,
    requestTimeout: arrival.totalMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    http: {
      maxHeaderSize: MAX_HEADER_BYTES,
      headersTimeout: arrival.headersMs,
      // Node looks for late requests every 30 s where nothing is said, so that 10 s would be up to 40.
      connectionsCheckingInterval: arrival.headersMs / 10,
      noDelay: true,
    },
    // While closing, what still comes over open connections is served, and told not to come again.
    return503OnClosing: false,
    frameworkErrors: answerProblem,
    clientErrorHandler: answerClientError,
  }).withTypeProvider<ZodTypeProvider>()
  app.setValidatorCompiler(validatorCompiler)
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  app.removeContentTypeParser('text/plain')
  refuseSilence(app.server, arrival.silenceMs)
  return app
}

/** X-Request-Id, taken where it is printable and short, made otherwise. */
export function requestId({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}

function stampAnswers(app: App) {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SAFE_HEADERS).header('x-request-id', request.id)
    done()
  })
  // Else a connection in use when the stop began would be kept for its next request, and the stop would wait for it.
  app.addHook('onSend', (_request, reply, _payload, done) => {
    if (app.shuttingDown) reply.header('connection', 'close')
    done()
  })
}

/** One line per answer, without query string, body or token. */
function logAnswers(app: App) {
  app.addHook('onResponse', (request, reply, done) => {
    const { config, url } = request.routeOptions
    request.log[config.logAt ?? 'info'](
      {
        method: request.method,
        route: url,
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
        user_id: request.user?.id,
      },
      'request',
    )
    done()
  })
}

function measureAnswers(app: App, metrics: Metrics) {
  const duration = metrics.histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from a request to its answer',
    labels: ['method', 'route', 'status'],
  })
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    duration.observe({ method, route: routeOptions.url ?? 'unknown', status: statusCode }, elapsedTime / 1_000)
    done()
  })
  app.get('/metrics', { config: { access: 'open', logAt: 'debug' }, schema: { hide: true } }, async (_, reply) => {
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

async function allowOrigins(app: App, origins: string[]) {
  await app.register(cors, {
    origin: origins,
    methods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowedHeaders: ['Authorization', 'Content-Type', 'Idempotency-Key', 'X-Request-Id'],
    exposedHeaders: ['Location', 'Retry-After', 'X-Request-Id'],
    maxAge: 600,
    strictPreflight: false,
  })
}

function readNoPackedBodies(app: App) {
  app.addHook('onRequest', ({ headers }, _reply, done) => {
    refuseEncoded(headers)
    forgetTypeOfNothing(headers)
    done()
  })
}

/** A packed body is refused, not unpacked: 64 KiB on the wire may be gigabytes in memory. */
function refuseEncoded(headers: IncomingMessage['headers']) {
  const encoding = headers['content-encoding']
  if (encoding && encoding !== 'identity') throw new Refusal('unsupported_media_type')
}

/**
 * Many clients name a content type on every request. Where no body comes it says nothing; else Fastify would look for JSON
 * in what is not there, and refuse a DELETE. A body that is asked for and missing is refused by its schema.
 */
function forgetTypeOfNothing(headers: IncomingMessage['headers']) {
  const { 'content-length': length = '0', 'transfer-encoding': encoding } = headers
  if (length === '0' && encoding === undefined) delete headers['content-type']
}
