import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createLog } from '@farmgate/service-kit/log.ts'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { clearLeftWorkspaces, openWorkspace } from './workspace.ts'

const log = createLog('test', 'silent')
let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-workspaces-'))
  vi.stubEnv('TMPDIR', dir)
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await rm(dir, { recursive: true })
})

it('a workspace that a killed process left goes after an hour, with the photo in it; no other folder does', async () => {
  const [left, used] = [await openWorkspace(log), await openWorkspace(log)]
  const other = await mkdtemp(path.join(dir, 'other-'))
  await writeFile(left.upload, 'a photo as it came')
  const longAgo = new Date(Date.now() - 61 * 60_000)
  for (const folder of [path.dirname(left.upload), other]) await utimes(folder, longAgo, longAgo)
  await clearLeftWorkspaces()
  expect((await readdir(dir)).sort()).toEqual([path.basename(path.dirname(used.upload)), path.basename(other)].sort())
})
