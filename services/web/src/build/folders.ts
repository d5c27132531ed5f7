import path from 'node:path'

const service = path.resolve(import.meta.dirname, '../..')

/** The sources of the browser's side, and what is built of them. */
export const APP = path.join(service, 'app')
export const WORKER = path.join(service, 'worker/worker.ts')
export const DIST = path.join(service, 'dist')

/** Where a build grows until it is whole: on the same disk, and in nobody's way if it is cut off. */
export const GROWING = path.join(service, 'node_modules/.app-')

/** What the app depends on besides its own folder: sources that it imports, libraries, and how it is built. */
export const IMPORTED = [
  'src/build',
  'src/screens.ts',
  '../../packages/client/src',
  '../../packages/contracts/src',
  '../../pnpm-lock.yaml',
].map((place) => path.join(service, place))
