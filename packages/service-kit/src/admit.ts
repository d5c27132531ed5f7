import type { FastifyRequest } from 'fastify'
import type { App } from './app.ts'
import { type Auth, bearerToken, type User } from './auth.ts'
import type { KnownTokens } from './known-tokens.ts'
import type { RateLimits } from './rate-limits.ts'
import { Refusal } from './refusal.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /**
     * When the caller stops waiting, in ms since the epoch; Infinity where it did not say. After it nothing may be begun,
     * for the caller has told its own user that it was not done.
     */
    deadline: number
  }
}

type Doors = {
  auth: Auth
  limits: RateLimits | undefined
  /** Without it every token is checked each time. */
  tokens: KnownTokens | undefined
}

/** Who may pass: closed unless a route says that it is open. */
export function admitCallers(app: App, doors: Doors | undefined): void {
  app.decorateRequest('deadline', Number.POSITIVE_INFINITY)
  if (doors) app.addHook('onRequest', async (request) => admit(request, doors, app))
  // Again once the body is here: it may have lain in the socket while the process stood still.
  app.addHook('preHandler', (request, _reply, done) => {
    refuseLate(request)
    done()
  })
}

async function admit(request: FastifyRequest, doors: Doors, { eventLoop }: App) {
  const { config, url } = request.routeOptions
  if (config.access === 'open' || url === undefined) return
  if (url.startsWith('/internal/')) return admitInternal(request, doors.auth)
  eventLoop.refuseWhenLate()
  // Both at once, so that a request waits for Redis only once; a flood of bad tokens counts against its address.
  await Promise.all([doors.limits?.take('ip', request.ip), admitUser(request, doors)])
}

function admitInternal(request: FastifyRequest, auth: Auth) {
  if (!auth.isInternal(request.headers.authorization)) throw new Refusal('unauthorized')
  request.deadline = Number(request.headers['x-deadline'] ?? Number.POSITIVE_INFINITY)
  refuseLate(request)
}

/** A process that was stopped finds questions in its sockets that nobody waits for any more. */
function refuseLate({ deadline }: FastifyRequest) {
  if (Date.now() >= deadline) throw new Refusal('unavailable', 'The deadline of this request has passed')
}

async function admitUser(request: FastifyRequest, doors: Doors) {
  const token = bearerToken(request.headers.authorization)
  if (!token) throw new Refusal('unauthorized')
  request.user = doors.tokens?.userOf(token) ?? (await checkToken(token, doors))
  // The marketplace's backend asks for many customers under one name: its address is its limit.
  if (!request.user.isService) await doors.limits?.take('user', request.user.id)
}

async function checkToken(token: string, { auth, tokens }: Doors): Promise<User> {
  const user = await auth.verifyToken(token)
  tokens?.learn(token, user)
  return user
}
