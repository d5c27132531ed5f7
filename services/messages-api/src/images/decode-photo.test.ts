import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { decodePhoto } from './decode-photo.ts'
import { aPicture } from './photo.fixture.ts'

let dir: string
let file: string
const kind = { format: 'png', isAnimated: false, hasAlpha: false } as const
beforeAll(async () => {
  dir = await mkdtemp(path.join(tmpdir(), 'farmgate-decode-'))
  file = path.join(dir, 'upload')
  await writeFile(file, await aPicture({ width: 6_000, height: 6_000 }).png({ compressionLevel: 1 }).toBuffer())
})
afterAll(() => rm(dir, { recursive: true }))

const order = (folder: string) => ({
  file,
  kind,
  into: { original: path.join(folder, 'original'), thumbnail: path.join(folder, 'thumbnail') },
})
const failureOf = (work: Promise<unknown>) => work.catch((error: unknown) => error)
const decoders = () => process.getActiveResourcesInfo().filter((it) => it === 'ProcessWrap').length

it('what comes too late is 503 overloaded, and its process has ended by then', async () => {
  const late = new AbortController()
  const made = failureOf(decodePhoto(order(dir), late.signal))
  await until(() => decoders() > 0)
  late.abort()
  expect(await made).toMatchObject({ code: 'overloaded' })
  await until(() => decoders() === 0)
  expect(await failureOf(decodePhoto(order(dir), late.signal))).toMatchObject({ code: 'overloaded' })
})

it('a folder that is not there is a store that is away, not a bad image', async () => {
  const error = await failureOf(decodePhoto(order(path.join(dir, 'nowhere')), AbortSignal.timeout(20_000)))
  expect(isDependencyAway(error)).toBe(true)
})
