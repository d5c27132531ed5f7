import { execFile, spawnSync } from 'node:child_process'
import { access, constants, mkdir, readdir, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** How to run a Redis: the program, words that go before its settings, and its surroundings. */
export type RedisCommand = { program: string; words: readonly string[]; env: NodeJS.ProcessEnv }

export type Places = {
  /** Where a downloaded Redis is kept for the next time. */
  cache: string
  /** The folder that the server must be able to write. */
  dir: string
  /** Folders to look for programs in: those of PATH. */
  path: readonly string[]
}

const PROGRAMS = ['redis-server', 'valkey-server']
const IMAGE = 'docker.io/library/redis:7-alpine'

/**
 * A Redis from the PATH; else Debian's or Ubuntu's packages, unpacked into the cache without installing anything; else
 * a container.
 *
 * @throws Error that says what to install where none of these can be had.
 */
export async function findRedis(places: Places): Promise<RedisCommand> {
  const installed = await onPath(PROGRAMS, places.path)
  if (installed) return { program: installed, words: [], env: {} }
  const unpacked = await unpackedPackages(places.cache)
  if (unpacked) return unpacked
  const docker = await onPath(['docker'], places.path)
  if (docker && spawnSync(docker, ['info']).status === 0) return inContainer(docker, places.dir)
  throw new Error('No Redis can be had: install redis-server or valkey-server (7 or newer), or set REDIS_URL')
}

async function onPath(names: readonly string[], folders: readonly string[]): Promise<string | undefined> {
  const candidates = names.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  const found = await Promise.all(candidates.map(isExecutable))
  return candidates.find((_, at) => found[at])
}

const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )

/** Redis out of `apt-get download`, with the libraries that this machine lacks; undefined where that is not possible. */
async function unpackedPackages(cache: string): Promise<RedisCommand | undefined> {
  const root = path.join(path.resolve(cache), 'redis')
  const program = path.join(root, 'usr/bin/redis-server')
  try {
    if (!(await isExecutable(program))) await unpackInto(root)
    const env = { LD_LIBRARY_PATH: await libraryFolders(root) }
    await run(program, ['--version'], { env })
    return { program, words: [], env }
  } catch {
    // Not Debian, no network, or another processor's packages: the next way is tried.
    return undefined
  }
}

/** Unpacks beside and renames at the end, so that a download broken off is not taken for a whole one. */
async function unpackInto(root: string) {
  const downloads = `${root}.${process.pid}`
  await mkdir(downloads, { recursive: true })
  try {
    await download(downloads)
    const packages = (await readdir(downloads)).filter((file) => file.endsWith('.deb'))
    for (const file of packages) await run('dpkg', ['-x', path.join(downloads, file), path.join(downloads, 'root')])
    await rm(root, { recursive: true, force: true })
    await rename(path.join(downloads, 'root'), root)
  } finally {
    await rm(downloads, { recursive: true, force: true })
  }
}

/** With the machine's package lists; on a machine that has none yet, with lists of our own. */
async function download(cwd: string) {
  try {
    await run('apt-get', ['download', ...(await packagesToGet([]))], { cwd })
  } catch {
    const lists = path.join(cwd, 'lists')
    const own = ['-o', `Dir::State::lists=${lists}`, '-o', `Dir::Cache=${cwd}`, '-o', 'APT::Sandbox::User=']
    await mkdir(path.join(lists, 'partial'), { recursive: true })
    await mkdir(path.join(cwd, 'archives/partial'), { recursive: true })
    await run('apt-get', [...own, 'update'])
    await run('apt-get', [...own, 'download', ...(await packagesToGet(own))], { cwd })
  }
}

/** The server, and what apt would install with it here: the libraries that are missing. */
async function packagesToGet(options: string[]): Promise<string[]> {
  const words = [...options, 'install', '--simulate', '--no-install-recommends', 'redis-server']
  const plan = await run('apt-get', words).then(
    ({ stdout }) => [...stdout.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name ?? ''),
    // apt plans nothing on a machine whose packages do not fit together: these are what Debian and Ubuntu need.
    () => ['libatomic1', 'libjemalloc2', 'liblzf1'],
  )
  return [...new Set(['redis-server', 'redis-tools', ...plan])]
}

/** Debian keeps libraries in a folder per processor: `usr/lib/x86_64-linux-gnu`. */
async function libraryFolders(root: string): Promise<string> {
  const parents = [path.join(root, 'usr/lib'), path.join(root, 'lib')]
  const folders = await Promise.all(
    parents.map(async (parent) => (await readdir(parent).catch(() => [])).map((name) => path.join(parent, name))),
  )
  return folders.flat().join(':')
}

/** On the host's network and as us, so that port, signals and files are as with a plain process. */
function inContainer(docker: string, dir: string): RedisCommand {
  const user = `${process.getuid?.() ?? 0}:${process.getgid?.() ?? 0}`
  const words = ['run', '--rm', '--network=host', `--user=${user}`, `--volume=${dir}:${dir}`, IMAGE, 'redis-server']
  return { program: docker, words, env: {} }
}
