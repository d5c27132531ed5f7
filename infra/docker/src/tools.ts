import { spawnSync } from 'node:child_process'
import { run } from './buildah.ts'

const TOOLS = ['buildah', 'debootstrap']

/**
 * What builds images without an engine: Debian's packages, installed where they are missing.
 *
 * @throws Error that says what is wanted where that cannot be done.
 */
export async function requireTools(): Promise<void> {
  if (process.getuid?.() !== 0) throw new Error('Root is wanted: images are built by chroot, and started by mounts')
  const missing = TOOLS.filter((tool) => spawnSync(tool, ['--version']).error)
  if (missing.length === 0) return
  try {
    await run('apt-get', ['update'])
    await run('apt-get', ['install', '--yes', '--no-install-recommends', ...missing])
  } catch (cause) {
    throw new Error(`${missing.join(' and ')}: not here, and apt-get cannot install it`, { cause })
  }
}
