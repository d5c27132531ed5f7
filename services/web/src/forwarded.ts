import type { IncomingMessage } from 'node:http'
import { requestId } from '@farmgate/service-kit/app.ts'
import proxyAddr from '@fastify/proxy-addr'

/** Headers by which a proxy speaks of the client. Only our own and those of a trusted proxy may say such things. */
const CLAIMS = [
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-real-ip',
  'forwarded',
]

/**
 * Writes into a request what the services behind are to know of it: X-Forwarded-For, -Proto and -Host, and an X-Request-Id.
 * What a client claims about itself is dropped; what a trusted proxy says is kept and added to.
 */
export function createStamp(trustedProxies: string) {
  const isTrusted = proxyAddr.compile(trustedProxies.split(',').map((part) => part.trim()))
  return (request: IncomingMessage) => {
    const { headers, socket } = request
    const address = socket.remoteAddress ?? ''
    if (!isTrusted(address, 0)) for (const name of CLAIMS) delete headers[name]
    const before = headers['x-forwarded-for']
    headers['x-forwarded-for'] = before ? `${before}, ${address}` : address
    headers['x-forwarded-proto'] ??= 'http'
    headers['x-forwarded-host'] ??= headers.host ?? ''
    headers['x-request-id'] = requestId(request)
  }
}
