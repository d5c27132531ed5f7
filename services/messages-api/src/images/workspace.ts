import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { PhotoFiles } from './photo.ts'

const PREFIX = 'farmgate-upload-'

/** No upload takes as long: what is older was left by a process that was killed. */
const LEFT_BEHIND_MS = 60 * 60_000

/** A folder of its own for one upload, and the files that it passes through. */
export type Workspace = PhotoFiles & { upload: string; close(): Promise<void> }

export async function openWorkspace(log: Log): Promise<Workspace> {
  const dir = await mkdtemp(path.join(tmpdir(), PREFIX)).catch((error: unknown) => {
    throw new DependencyAway('images', error)
  })
  const at = (name: string) => path.join(dir, name)
  return {
    upload: at('upload'),
    original: at('original'),
    thumbnail: at('thumbnail'),
    async close() {
      // What is still being written may come between; and what cannot go now goes later, and changes no answer.
      await rm(dir, { recursive: true, force: true, maxRetries: 3 }).catch((error: unknown) =>
        log.warn({ err: error }, 'images.workspace_left'),
      )
    },
  }
}

/** Removes what killed processes left; another instance may do so at the same time. */
export async function clearLeftWorkspaces(olderThanMs = LEFT_BEHIND_MS): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue
    const dir = path.join(tmpdir(), name)
    const found = await stat(dir).catch(() => undefined)
    if (!found || Date.now() - found.mtimeMs <= olderThanMs) continue
    // The folder may be shared: what another user left is not ours to remove, and must not stand before ours.
    await rm(dir, { recursive: true, force: true }).catch(() => undefined)
  }
}
