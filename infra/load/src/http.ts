import { Agent, request } from 'node:http'
import { Agent as SecureAgent, request as secureRequest } from 'node:https'

export type Answer = { status: number; body: string }

const GIVE_UP_MS = 15_000

/** HTTP over kept connections, for many requests at once. */
export function openClient(connections: number) {
  const kept = { keepAlive: true, maxSockets: connections }
  const agents = { 'http:': new Agent(kept), 'https:': new SecureAgent(kept) }

  return {
    ask(method: string, url: string, token: string, body?: unknown): Promise<Answer> {
      const isSecure = url.startsWith('https:')
      const payload = body === undefined ? undefined : JSON.stringify(body)
      const headers = {
        authorization: `Bearer ${token}`,
        ...(payload !== undefined && {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(payload),
        }),
      }
      const options = { method, headers, agent: agents[isSecure ? 'https:' : 'http:'], timeout: GIVE_UP_MS }
      return new Promise((resolve, reject) => {
        const asked = (isSecure ? secureRequest : request)(url, options, (response) => {
          const parts: Buffer[] = []
          response.on('data', (part: Buffer) => parts.push(part))
          response.on('end', () => {
            resolve({ status: response.statusCode ?? 0, body: Buffer.concat(parts).toString() })
          })
          response.on('error', reject)
        })
        asked.on('timeout', () => asked.destroy(new Error(`no answer within ${GIVE_UP_MS} ms`)))
        asked.on('error', reject)
        asked.end(payload)
      })
    },
    close(): void {
      for (const agent of Object.values(agents)) agent.destroy()
    },
  }
}
