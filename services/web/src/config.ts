import { authFields, type configOrExit, port, processFields, readConfig, url } from '@farmgate/service-kit/config.ts'
import { z } from 'zod'

/** The environment of the one origin. It has no store, and in production no secret. */
export const shape = {
  ...processFields,
  PORT: port(8080),
  ROOMS_API_URL: url('http://127.0.0.1:4001'),
  MESSAGES_API_URL: url('http://127.0.0.1:4002'),
  WS_GATEWAY_URL: url('http://127.0.0.1:4003'),
  SESSION_URL: z
    .string()
    // Two slashes (or `/\`, which browsers read as two) would be another host under the name of a path.
    .regex(
      /^(https?:\/\/|\/)[^/\\\s;,'"][^\s;,'"]*$/,
      'must be a path of this origin, or a URL that begins with http:// or https://',
    )
    .optional(),
}

export type Config = ReturnType<typeof configOrExit<typeof shape>>

const demoShape = {
  JWT_SECRET: authFields.JWT_SECRET,
  JWT_ISSUER: authFields.JWT_ISSUER,
  JWT_AUDIENCE: authFields.JWT_AUDIENCE,
}

/** How the demo signs its tokens. */
export type DemoConfig = { secret: string; issuer: string | undefined; audience: string | undefined }

/**
 * The demo: its market, its people, and a login that takes whoever one says to be. Undefined in production, where this
 * service reads no secret at all; elsewhere where a marketplace says who one is, or where there is nothing to sign with.
 */
export function readDemo({ NODE_ENV, SESSION_URL }: Config, env: Record<string, string | undefined>) {
  if (NODE_ENV === 'production' || SESSION_URL !== undefined) return undefined
  const { JWT_SECRET: secret, JWT_ISSUER: issuer, JWT_AUDIENCE: audience } = readConfig(demoShape, env)
  return secret === undefined ? undefined : ({ secret, issuer, audience } satisfies DemoConfig)
}
