import { createServer } from 'node:http'
import { freePort } from '@farmgate/testing/ports.ts'
import { nowS, token } from '@farmgate/testing/tokens.ts'

/** Of its tokens: the app renews them well before. */
export const TOKEN_S = 10

type User = { id: string; name: string; is_farmer: boolean }

/**
 * The login of a marketplace, at `url` (SESSION_URL): whoever has the cookie `market`, with the id of one of `users`, is
 * signed in. `asked` is how often it has been asked so far.
 */
export async function openMarketplace(users: readonly User[]) {
  const marketplace = { asked: 0 }
  const server = createServer(({ headers: { cookie = '', origin = '' } }, response) => {
    marketplace.asked++
    const user = users.find(({ id }) => cookie.split('; ').includes(`market=${id}`))
    response.writeHead(user ? 200 : 401, {
      'content-type': 'application/json',
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
    })
    response.end(JSON.stringify(user ? { token: token(user.id, { exp: nowS() + TOKEN_S }), user } : {}))
  })
  const port = await freePort()
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening))
  return Object.assign(marketplace, {
    url: `http://127.0.0.1:${port}/session/`,
    async close() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
    },
  })
}
