import { rmSync } from 'node:fs'
import { registerHooks } from 'node:module'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { failPoints, isFailPoint, type Patch } from './fail-points.ts'

// Loaded before a service (`node --import`), it compiles the fail points of FAIL_POINTS into that service.

const { NODE_ENV, FAIL_POINTS = '', FAIL_POINTS_ARMED = '' } = process.env
if (NODE_ENV !== 'test') throw new Error('FAIL_POINTS: only where NODE_ENV is test')

const ROOT = path.resolve(import.meta.dirname, '../../../..')
const patches = Map.groupBy(
  FAIL_POINTS.split(',').flatMap(patchesOf),
  ({ file }) => pathToFileURL(path.join(ROOT, file)).href,
)

function patchesOf(name: string): readonly Patch[] {
  if (!isFailPoint(name)) throw new Error(`FAIL_POINTS: there is no ${name}`)
  return failPoints[name]
}

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    const wanted = patches.get(url)
    if (!wanted || !loaded.source) return loaded
    return { ...loaded, source: wanted.reduce(patch, loaded.source.toString()) }
  },
})

function patch(source: string, { file, find, put }: Patch): string {
  if (source.split(find).length !== 2) throw new Error(`FAIL_POINTS: not exactly once in ${file}: ${find}`)
  return source.replace(find, () => put)
}

Object.assign(globalThis, {
  /** Whoever takes the file that arms a name dies of it: of several processes one. */
  dieAt(name: string) {
    try {
      rmSync(path.join(FAIL_POINTS_ARMED, name))
    } catch {
      return
    }
    process.kill(process.pid, 'SIGKILL')
  },
})
