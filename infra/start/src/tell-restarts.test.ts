import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { tellRestarts } from './tell-restarts.ts'

test('says that a watched program starts anew, and that it fails', async () => {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-watch-'))
  const [program, log] = [path.join(dir, 'barn.js'), path.join(dir, 'barn.log')]
  await writeFile(program, 'setInterval(() => {}, 1000); console.log("first")')
  const file = await open(log, 'a')
  const said: string[] = []
  const telling = tellRestarts('barn', log, (line) => said.push(line))
  const words = ['--watch', '--watch-preserve-output', program]
  const child = spawn(process.execPath, words, { stdio: ['ignore', file.fd, file.fd] })
  onTestFinished(async () => {
    const gone = once(child, 'exit')
    child.kill()
    await gone
    await telling.close()
    await file.close()
    await rm(dir, { recursive: true })
  })
  await vi.waitFor(async () => expect((await file.stat()).size).toBeGreaterThan(0), { timeout: 10_000 })
  await writeFile(program, 'throw new Error("no straw")')
  await vi.waitFor(() => expect(said.join()).toContain('has failed'), { timeout: 10_000 })
  expect(said).toEqual([
    'barn starts anew: a file of it has changed',
    `barn has failed and waits for a change; see ${log}`,
  ])
})
