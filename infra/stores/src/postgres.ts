import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { chown, mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import postgres from 'postgres'
import { type Child, readPid, startChild, stopLeftover } from './child.ts'
import { freePort } from './ports.ts'
import { postgresBinaries, type Runner, unprivileged } from './postgres-binaries.ts'
import { openStore, type Store, untilReady } from './store.ts'

/** User and database of a server that we start. */
const NAME = 'farmgate'
/** Fast shutdown: no waiting for clients, nothing lost. */
const STOP_SIGNAL = 'SIGINT'
const SETTINGS = ['listen_addresses=127.0.0.1', 'unix_socket_directories=', 'max_connections=200']

export type PostgresOptions = {
  /** Holds the cluster (`data`), its superuser's password and its log; made where it is missing. */
  dir: string
  /** A free one where none is given. */
  port?: number
  /** Further settings of the server, as `name=value`. */
  settings?: readonly string[]
}

/**
 * Starts PostgreSQL 18 on 127.0.0.1 with nothing installed, fsync on, and a superuser `farmgate` who owns a database of
 * that name. A server that a killed launcher left on this folder is ended first.
 *
 * @throws Error with the end of its log where it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<Store> {
  const dir = path.resolve(options.dir)
  const port = options.port ?? (await freePort())
  const bin = postgresBinaries()
  const runner = unprivileged()
  const password = await createCluster(dir, bin, runner)
  const url = `postgres://${NAME}:${password}@127.0.0.1:${port}/${NAME}`
  const settings = [...SETTINGS, `port=${port}`, ...(options.settings ?? [])].flatMap((setting) => ['-c', setting])

  return openStore({ url, port, dir, stopSignal: STOP_SIGNAL }, async () => {
    const data = path.join(dir, 'data')
    await clearLeftover(data)
    const child = await startServer(path.join(bin, 'postgres'), ['-D', data, ...settings], dir, runner)
    return untilReady(child, logOf(dir), () => hasDatabase(url))
  })
}

/**
 * Makes the cluster where there is none yet, and gives the superuser's password. `initdb` works in a folder beside that
 * is renamed at the end, so that a start killed half way leaves no half cluster.
 */
async function createCluster(dir: string, bin: string, { under, ids }: Runner): Promise<string> {
  const secret = path.join(dir, 'password')
  await mkdir(dir, { recursive: true, mode: 0o700 })
  if (existsSync(path.join(dir, 'data'))) return readFile(secret, 'utf8')

  const unfinished = path.join(dir, 'data.new')
  await rm(unfinished, { recursive: true, force: true })
  await writeFile(secret, randomBytes(24).toString('hex'), { mode: 0o600 })
  if (ids.uid && ids.gid) await Promise.all([dir, secret].map((it) => chown(it, ids.uid ?? 0, ids.gid ?? 0)))

  const [program = '', ...words] = [...under, path.join(bin, 'initdb'), `--pgdata=${unfinished}`, `--pwfile=${secret}`]
  words.push('--auth=scram-sha-256', `--username=${NAME}`, '--encoding=UTF8', '--locale=C')
  const made = spawnSync(program, words, { ...ids, encoding: 'utf8' })
  if (made.status !== 0) throw new Error(`initdb failed in ${dir}: ${made.error?.message ?? made.stderr}`)
  await rename(unfinished, path.join(dir, 'data'))
  return readFile(secret, 'utf8')
}

async function startServer(program: string, words: string[], dir: string, { under, ids }: Runner): Promise<Child> {
  const log = await open(path.join(dir, 'postgres.log'), 'a', 0o600)
  const stdio: ('ignore' | number)[] = ['ignore', log.fd, log.fd]
  const child = await startChild(program, words, { ...ids, under, stdio, onOrphaned: STOP_SIGNAL })
  await log.close()
  return child
}

/** Ends what still runs on `data`, and removes a pid file whose number now belongs to another program. */
async function clearLeftover(data: string) {
  const file = path.join(data, 'postmaster.pid')
  const pid = await readPid(file)
  if (pid === undefined) return
  await stopLeftover(pid, data, STOP_SIGNAL)
  await rm(file, { force: true })
}

const logOf = (dir: string) => () => readFile(path.join(dir, 'postgres.log'), 'utf8')

/** Whether the server answers; makes our database on a new cluster. */
async function hasDatabase(url: string): Promise<boolean> {
  const sql = postgres(new URL('/postgres', url).href, { max: 1, connect_timeout: 2, onnotice: () => undefined })
  try {
    const [found] = await sql`select 1 from pg_database where datname = ${NAME}`
    if (!found) await sql`create database ${sql(NAME)}`
    return true
  } catch {
    return false
  } finally {
    await sql.end({ timeout: 1 })
  }
}
