import { databaseServices } from './services.ts'

type Env = Readonly<Record<string, string | undefined>>

/** It stands in a statement and in a URL. */
const SAFE = /^[A-Za-z0-9_.~-]+$/

/** `ROOMS_API_DATABASE_PASSWORD` and the like: how a platform names the password of a service's role. */
const passwordVariable = (service: string): string => `${service.toUpperCase().replaceAll('-', '_')}_DATABASE_PASSWORD`

/**
 * The passwords that the environment gives, by the name of the service.
 *
 * @throws Error naming the variable, never its value, where one cannot be used.
 */
export function passwordsOf(env: Env): Record<string, string> {
  const given = databaseServices.flatMap(({ name }): [string, string][] => {
    const password = env[passwordVariable(name)]
    if (!password) return []
    if (!SAFE.test(password)) throw new Error(`${passwordVariable(name)}: only A-Z a-z 0-9 _ . ~ - can be used`)
    return [[name, password]]
  })
  return Object.fromEntries(given)
}
