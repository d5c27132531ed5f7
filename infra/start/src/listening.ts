import { readdir, readFile, readlink } from 'node:fs/promises'

const LISTEN = '0A'

/**
 * Whether process `pid` itself listens on `port`. Several processes that share a port answer for each other, so a request
 * cannot tell. Linux only; elsewhere true.
 */
export async function isListening(pid: number, port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true
  const sockets = await listeningInodes(port)
  const folder = `/proc/${pid}/fd`
  const files = await readdir(folder).catch(() => [])
  const targets = await Promise.all(files.map((file) => readlink(`${folder}/${file}`).catch(() => '')))
  return targets.some((target) => sockets.has(target))
}

/** As /proc names them in a process's files: `socket:[12345]`. */
async function listeningInodes(port: number): Promise<Set<string>> {
  const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8').catch(() => '')))
  const suffix = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const rows = tables.flatMap((table) => table.split('\n')).map((row) => row.trim().split(/\s+/))
  const ours = rows.filter(([, local = '', , state]) => local.endsWith(suffix) && state === LISTEN)
  return new Set(ours.map((row) => `socket:[${row[9]}]`))
}
