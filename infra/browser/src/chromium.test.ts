import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findChromium } from './chromium.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-chromium-'))
})
afterEach(() => rm(dir, { recursive: true }))

async function put() {
  await writeFile(path.join(dir, 'chromium'), '#!/bin/sh\n')
  await chmod(path.join(dir, 'chromium'), 0o755)
}

const never = async () => expect.fail('there was no need to install it')

test('the one on the PATH is taken', async () => {
  await put()
  expect(await findChromium({ folders: ['/nowhere', dir], install: never })).toBe(path.join(dir, 'chromium'))
})

test('where there is none it is installed', async () => {
  expect(await findChromium({ folders: [dir], install: put })).toBe(path.join(dir, 'chromium'))
})

test('where it cannot be installed the error says what to do', async () => {
  const refused = () => Promise.reject(new Error('are you root?'))
  await expect(findChromium({ folders: [dir], install: refused })).rejects.toThrow('apt-get install chromium')
})
