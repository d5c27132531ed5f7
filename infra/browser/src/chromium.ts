import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

const PROGRAMS = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
/** Two test files may want it at once: the second waits for the first one's apt, and then finds it installed. */
const APT = ['-o', 'DPkg::Lock::Timeout=120', '-o', 'APT::Update::Error-Mode=any']

type Ways = {
  /** Folders to look for programs in: those of PATH. */
  folders: readonly string[]
  /** Brings it into one of these folders, or throws. */
  install: () => Promise<void>
}

/**
 * The path of a Chromium: one from the PATH, else Debian's, installed.
 *
 * @throws Error that says what to install where it can be had neither way.
 */
export async function findChromium({ folders, install }: Ways): Promise<string> {
  const found = await onPath(folders)
  if (found) return found
  try {
    await install()
  } catch (cause) {
    throw new Error('No browser can be had: install chromium (`apt-get install chromium`, as root)', { cause })
  }
  const installed = await onPath(folders)
  if (!installed) throw new Error('chromium was installed, but is not on the PATH')
  return installed
}

/** Debian's package, by apt, which only root may ask. */
export async function installChromium(): Promise<void> {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = () => run('apt-get', [...APT, 'install', '-y', '--no-install-recommends', 'chromium'], { env })
  try {
    await install()
  } catch {
    // A machine that has no package lists yet, or old ones.
    await run('apt-get', [...APT, 'update'], { env })
    await install()
  }
}

async function onPath(folders: readonly string[]): Promise<string | undefined> {
  const candidates = PROGRAMS.flatMap((name) => folders.map((folder) => path.join(folder, name)))
  const found = await Promise.all(candidates.map(isExecutable))
  return candidates.find((_, at) => found[at])
}

const isExecutable = (file: string) =>
  access(file, constants.X_OK).then(
    () => true,
    () => false,
  )
