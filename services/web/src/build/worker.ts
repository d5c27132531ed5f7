import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { transformWithOxc } from 'vite'
import { WORKER } from './folders.ts'

/** Packed twins are for other clients; a browser is sent them under the plain name. */
const KEPT = 'assets/*.{js,css,svg,woff2}'

/** Writes worker.js, which knows the files of this very build: another build is another worker. */
export async function writeWorker(folder: string, stamp: string): Promise<void> {
  const files = globSync(KEPT, { cwd: folder }).map((file) => `/${file}`)
  const source = await readFile(WORKER, 'utf8')
  const { code } = await transformWithOxc(source, WORKER, { sourcemap: false })
  await writeFile(path.join(folder, 'worker.js'), `const BUILT = ${JSON.stringify({ stamp, files })}\n${code}`)
}
