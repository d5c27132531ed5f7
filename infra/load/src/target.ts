import { DEVELOPMENT_JWT_SECRET } from '@farmgate/service-kit/config.ts'
import { startStack } from '@farmgate/stack/stack.ts'
import { TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { createSigner } from 'fast-jwt'
import type { Flags } from './flags.ts'

/** Where the load goes. The three may be one origin. */
export type Target = {
  rooms: string
  messages: string
  /** ws://… or wss://… */
  gateway: string
  /** A token of this user, good for an hour; of the marketplace's backend with `role: 'service'`. */
  sign: (claims: { sub: string; role?: 'service' }) => string
  /** The pids behind each name, where they run beside us. */
  processes?: () => Record<string, number[]>
  /** The owner's way into Postgres, for what has to be seeded. */
  databaseUrl?: string
  close(): Promise<void>
}

const TOKEN_MS = 3_600_000

const signer = (secret: string) => createSigner({ key: secret, expiresIn: TOKEN_MS })

/** A running Farmgate at --url; else a stack of our own, with stores of its own, which `close` removes. */
export async function openTarget({ url, secret, databaseUrl, instances }: Flags): Promise<Target> {
  return url === undefined ? startOwn(instances) : atUrl(url, secret ?? DEVELOPMENT_JWT_SECRET, databaseUrl)
}

export function atUrl(url: string, secret: string, databaseUrl?: string): Target {
  const origin = url.replace(/\/$/, '')
  return {
    rooms: origin,
    messages: origin,
    gateway: origin.replace(/^http/, 'ws'),
    sign: signer(secret),
    ...(databaseUrl !== undefined && { databaseUrl }),
    close: async () => undefined,
  }
}

/** Each service at its own port: the one origin in front of them is measured with --url. */
async function startOwn(instances: Flags['instances']): Promise<Target> {
  const stack = await startStack({ instances, env: { LOG_LEVEL: 'warn' } })
  const { urls, services, postgres, redis, databaseUrl, close } = stack
  return {
    rooms: urls['rooms-api'],
    messages: urls['messages-api'],
    gateway: urls['ws-gateway'].replace(/^http/, 'ws'),
    sign: signer(TEST_SECRET),
    processes: () => ({
      'rooms-api': services['rooms-api'].map(({ pid }) => pid),
      'messages-api': services['messages-api'].map(({ pid }) => pid),
      'ws-gateway': services['ws-gateway'].map(({ pid }) => pid),
      postgres: [postgres.pid],
      redis: [redis.pid],
    }),
    databaseUrl,
    close,
  }
}
