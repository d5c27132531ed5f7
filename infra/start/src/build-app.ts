import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { type Child, startChild } from '@farmgate/stores/child.ts'
import { ROOT } from './services.ts'
import { StartError } from './start-error.ts'

const SCRIPT = path.join(ROOT, 'services/web/src/build.ts')

const run = promisify(execFile)

/**
 * Makes what browsers get from its sources, unless it is of these already. The one line that it prints says which, and how
 * heavy it is.
 */
export async function buildApp(): Promise<string> {
  try {
    return (await run(process.execPath, [SCRIPT])).stdout.trim()
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string }
    throw new StartError(`The web app cannot be built.\n${stdout}${stderr}`)
  }
}

/** Goes on making it, after each change, until it is stopped. */
export const watchApp = (): Promise<Child> =>
  startChild(process.execPath, [SCRIPT, '--watch'], { cwd: ROOT, stdio: 'ignore', onOrphaned: 'SIGTERM' })
