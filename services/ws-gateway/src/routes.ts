import type { App } from '@farmgate/service-kit/app.ts'
import type { Auth } from '@farmgate/service-kit/auth.ts'
import { acceptSockets } from './handshake.ts'
import type { Held } from './held.ts'
import { describeSockets } from './routes/asyncapi.ts'
import { drainGateway } from './routes/drain-gateway.ts'
import { inboxSocket } from './routes/inbox-socket.ts'
import { roomSocket } from './routes/room-socket.ts'

/** Everything that a gateway answers, health apart. */
export async function answer(app: App, auth: Auth, held: Held): Promise<void> {
  const door = { ...held, auth }
  await acceptSockets(app, held.letGo)
  roomSocket(app, door)
  inboxSocket(app, door)
  describeSockets(app)
  drainGateway(app, door)
}
