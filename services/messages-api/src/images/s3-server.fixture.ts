import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { freePort } from '@farmgate/testing/ports.ts'
import { until } from '@farmgate/testing/until.ts'

export const BUCKET = 'photos'
/** What s3rver knows. It checks that a request is signed, and not how: signatures have a test of their own. */
export const S3_KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' }

/** A real S3 server, a process of its own with an empty bucket. */
export async function startS3Server() {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-s3-'))
  const port = await freePort()
  const program = path.join(
    path.dirname(createRequire(import.meta.url).resolve('s3rver/package.json')),
    'bin/s3rver.js',
  )
  // For an old cipher that it makes its continuation tokens with.
  const words = [
    '--openssl-legacy-provider',
    program,
    '-d',
    dir,
    '-a',
    '127.0.0.1',
    '-p',
    String(port),
    '--silent',
    '--configure-bucket',
    BUCKET,
  ]
  const server = spawn(process.execPath, words, { stdio: 'ignore' })
  const endpoint = `http://127.0.0.1:${port}`
  await until(async () => (await fetch(endpoint)).status > 0, { within: 10_000, what: 's3rver answers' })
  return {
    endpoint,
    async close() {
      const ended = once(server, 'exit')
      server.kill('SIGKILL')
      await ended
      await rm(dir, { recursive: true, force: true })
    },
  }
}
