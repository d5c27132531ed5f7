import { createHash, randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import path from 'node:path'
import { readPid, startChild, stopLeftover } from './child.ts'
import { freePort } from './ports.ts'
import { findRedis, type RedisCommand } from './redis-binary.ts'
import { openStore, type Store, untilReady } from './store.ts'

const STOP_SIGNAL = 'SIGTERM'
const PING_PATIENCE_MS = 1_000

export type RedisOptions = {
  /** Holds the append-only file, the pid file and the log; made where it is missing. */
  dir: string
  /** A free one where none is given. */
  port?: number
  /** Keep what is written over a restart; true where not given. */
  appendonly?: boolean
  /** Further words of the command line, like `['--maxmemory', '2mb']`. */
  args?: readonly string[]
  /**
   * Who may do what, as lines of an ACL file, given the password of the admin `default`. Where it is not given nobody needs
   * a password, and everybody may do everything.
   */
  users?: (password: string) => readonly string[]
  /** The admin's, where several servers shall have the same; else one that is made once and kept in `dir`. */
  password?: string
  /** Where a downloaded Redis is kept; `cache` beside `dir` where not given. */
  cache?: string
}

/**
 * Starts Redis (or Valkey) on 127.0.0.1, one that never evicts. A server that a killed launcher left on this folder is
 * ended first.
 *
 * @throws Error with the end of its log where it does not come up, or with what to install where none can be had.
 */
export async function startRedis(options: RedisOptions): Promise<Store> {
  const dir = path.resolve(options.dir)
  const port = options.port ?? (await freePort())
  await mkdir(dir, { recursive: true })
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const redis = await findRedis({ cache: options.cache ?? path.join(dir, '../cache'), dir, path: folders })
  const admin = options.users && (await writeUsers(dir, options.users, options.password))
  const words = [...settings(dir, port, options.appendonly ?? true), ...(admin?.words ?? []), ...(options.args ?? [])]

  const url = `redis://${admin ? `default:${admin.password}@` : ''}127.0.0.1:${port}`
  return openStore({ url, port, dir, stopSignal: STOP_SIGNAL }, async () => {
    await clearLeftover(dir)
    const child = await startServer(redis, words, dir)
    const log = () => readFile(path.join(dir, 'redis.log'), 'utf8')
    return untilReady(child, log, () => answersPing(port, admin?.password))
  })
}

/** Writes the ACL file anew, around the admin's password. */
async function writeUsers(dir: string, users: (password: string) => readonly string[], given?: string) {
  const password = given ?? (await keptPassword(path.join(dir, 'password')))
  const admin = `user default on #${createHash('sha256').update(password).digest('hex')} ~* &* +@all`
  const file = path.join(dir, 'users.acl')
  await writeFile(file, `${[admin, ...users(password)].join('\n')}\n`, { mode: 0o600 })
  return { password, words: ['--aclfile', file] }
}

/** Made once. */
async function keptPassword(file: string): Promise<string> {
  if (!existsSync(file)) await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600 })
  return readFile(file, 'utf8')
}

function settings(dir: string, port: number, appendonly: boolean): string[] {
  const values = {
    port,
    bind: '127.0.0.1',
    dir,
    pidfile: path.join(dir, 'redis.pid'),
    appendonly: appendonly ? 'yes' : 'no',
    save: '',
    'maxmemory-policy': 'noeviction',
    // Keeps `dir` in the command line, by which a leftover is known as ours.
    'set-proc-title': 'no',
  }
  return Object.entries(values).flatMap(([name, value]) => [`--${name}`, String(value)])
}

async function startServer({ program, words, env }: RedisCommand, settings: string[], dir: string) {
  const log = await open(path.join(dir, 'redis.log'), 'a', 0o600)
  const stdio: ('ignore' | number)[] = ['ignore', log.fd, log.fd]
  const options = { env: { ...process.env, ...env }, stdio, onOrphaned: STOP_SIGNAL } as const
  const child = await startChild(program, [...words, ...settings], options)
  await log.close()
  return child
}

/** Ends what still runs on `dir`. */
async function clearLeftover(dir: string) {
  const file = path.join(dir, 'redis.pid')
  const pid = await readPid(file)
  if (pid === undefined) return
  await stopLeftover(pid, dir, STOP_SIGNAL)
  await rm(file, { force: true })
}

/** False while it loads its file, too. */
const answersPing = (port: number, password: string | undefined) =>
  new Promise<boolean>((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PING_PATIENCE_MS })
    const answer = (is: boolean) => {
      socket.destroy()
      resolve(is)
    }
    socket.once('connect', () => socket.write(`${password ? `AUTH ${password}\r\n` : ''}PING\r\n`))
    let heard = ''
    socket.on('data', (reply) => {
      heard += reply
      if (/PONG|^-|\n-/.test(heard)) answer(heard.includes('+PONG'))
    })
    socket.once('error', () => answer(false))
    socket.once('timeout', () => answer(false))
  })
