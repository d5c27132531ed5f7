import path from 'node:path'

const service = path.resolve(import.meta.dirname, '../..')

/** The sources of the browser's side, and what is built of them. */
export const APP = path.join(service, 'app')
export const DIST = path.join(service, 'dist')

/** What the app depends on besides its own folder: sources that it imports, libraries, and how it is built. */
export const IMPORTED = [
  'src/build',
  'src/screens.ts',
  '../../packages/client/src',
  '../../packages/contracts/src',
  '../../pnpm-lock.yaml',
].map((place) => path.join(service, place))
