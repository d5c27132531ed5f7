import type { App } from '@farmgate/service-kit/app.ts'
import type { Auth } from '@farmgate/service-kit/auth.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

type Holds = { auth: Auth; letGo(): Promise<void> }

/**
 * POST /internal/drain/ — what a stop does first, while the process lives on: not ready any more, every socket sent
 * elsewhere (1012), new ones too. Answered with 204 when all are gone; again, at once.
 */
export function drainGateway(app: App, { auth, letGo }: Holds): void {
  app.post('/internal/drain/', { config: { access: 'open' }, schema: { hide: true } }, async (request, reply) => {
    if (!auth.isInternal(request.headers.authorization)) throw new Refusal('unauthorized')
    app.shuttingDown = true
    await letGo()
    return reply.code(204).send()
  })
}
