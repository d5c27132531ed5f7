import path from 'node:path'
import {
  authFields,
  count,
  DEVELOPMENT_JWT_SECRET,
  flag,
  port,
  postgresUrl,
  processFields,
  readConfig,
  redisUrl,
} from '@farmgate/service-kit/config.ts'
import { z } from 'zod'
import { ROOT } from './services.ts'

const shape = {
  ...processFields,
  ...authFields,
  FARMGATE_DATA: z.string().default(path.join(ROOT, '.farmgate')),
  DATABASE_URL: postgresUrl.optional(),
  REDIS_URL: redisUrl.optional(),
  WS_QUERY_TOKEN: flag(false),
  PORT: port(8080),
  ROOMS_API_PORT: port(4001),
  MESSAGES_API_PORT: port(4002),
  WS_GATEWAY_PORT: port(4003),
  ROOMS_API_INSTANCES: count(1),
  MESSAGES_API_INSTANCES: count(1),
  WS_GATEWAY_INSTANCES: count(1),
  IMAGE_STORE: z.string().optional(),
}

export type Config = z.output<z.ZodObject<typeof shape>>
export type Env = Record<string, string | undefined>

/** Where everything lives that outlasts a run: `.farmgate` in the repository, or FARMGATE_DATA. */
export const dataFolder = (env: Env): string => path.resolve(env.FARMGATE_DATA || path.join(ROOT, '.farmgate'))

/**
 * What the start command was asked to do. `internalToken` is used where the environment brings none.
 *
 * @throws ConfigError with one line per variable at fault.
 */
export function readStartConfig(env: Env, internalToken: string): Config {
  const isProduction = env.NODE_ENV === 'production'
  const presets = {
    ...(!isProduction && { WS_QUERY_TOKEN: 'true', ...(!env.JWKS_URL && { JWT_SECRET: DEVELOPMENT_JWT_SECRET }) }),
    INTERNAL_TOKEN: internalToken,
  }
  const given = Object.entries(env).filter(([, value]) => value)
  const config = readConfig(shape, { ...presets, ...Object.fromEntries(given) })
  return { ...config, FARMGATE_DATA: dataFolder(env) }
}

/** As browsers name them: without a port where it is the usual one. */
const ownOrigins = (port: number) =>
  ['localhost', '127.0.0.1'].map((host) => new URL(`http://${host}:${port}`).origin).join(',')

/** The environment of every service: what was given, and our answer to what was not. */
export function serviceEnv(env: Env, config: Config, stores: { redisUrl: string }): Env {
  const at = (number: number) => `http://127.0.0.1:${number}`
  return {
    ...env,
    NODE_ENV: config.NODE_ENV,
    REDIS_URL: stores.redisUrl,
    JWT_SECRET: config.JWT_SECRET,
    INTERNAL_TOKEN: config.INTERNAL_TOKEN,
    WS_QUERY_TOKEN: String(config.WS_QUERY_TOKEN),
    ALLOWED_ORIGINS: env.ALLOWED_ORIGINS || ownOrigins(config.PORT),
    IMAGE_STORE: config.IMAGE_STORE ?? `file://${path.join(config.FARMGATE_DATA, 'images')}`,
    PORT: String(config.PORT),
    ROOMS_API_PORT: String(config.ROOMS_API_PORT),
    MESSAGES_API_PORT: String(config.MESSAGES_API_PORT),
    WS_GATEWAY_PORT: String(config.WS_GATEWAY_PORT),
    ROOMS_API_URL: env.ROOMS_API_URL || at(config.ROOMS_API_PORT),
    MESSAGES_API_URL: env.MESSAGES_API_URL || at(config.MESSAGES_API_PORT),
    WS_GATEWAY_URL: env.WS_GATEWAY_URL || at(config.WS_GATEWAY_PORT),
  }
}
