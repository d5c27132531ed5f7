import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { availableParallelism, tmpdir } from 'node:os'
import path from 'node:path'
import { decodePhoto } from './decode-photo.ts'
import { readHeader } from './header.ts'
import { anAnimation, aPicture, type Encoding } from './photo.fixture.ts'

/*
 * `node services/messages-api/src/images/photo.bench.ts`: what an upload costs, from its file to the three that are kept,
 * two at a time as in the service. A line per kind: uploads a second, CPU per megapixel. The figures are in the README.
 */

/** Of each kind, this many are made. */
const TIMES = 8
const AT_ONCE = 2

const megapixels = { width: 4_000, height: 3_000 }
const kinds: [name: string, megapixels: number, make: () => Promise<Buffer>][] = [
  ...(['jpeg', 'png', 'webp', 'avif'] as const).map((format): [string, number, () => Promise<Buffer>] => [
    `${format}, 12 megapixels`,
    12,
    () => aFile(format),
  ]),
  ['jpeg, 12 megapixels, turned', 12, () => aPicture(megapixels).withMetadata({ orientation: 6 }).jpeg().toBuffer()],
  ['gif, 50 frames of 200 × 200', 2, () => anAnimation('gif', 50, 200)],
  ['webp, 50 frames of 200 × 200', 2, () => anAnimation('webp', 50, 200)],
]

const aFile = (format: Encoding) => aPicture(megapixels).toFormat(format, { effort: 1 }).toBuffer()

const write = (text: string) => process.stdout.write(`${text}\n`)
const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-bench-'))
write(`${availableParallelism()} cores; ${TIMES} of each, ${AT_ONCE} at a time`)
for (const [name, mp, make] of kinds) {
  const file = path.join(dir, 'upload')
  await writeFile(file, await make())
  const cpu = await cpuMs()
  const began = performance.now()
  await Promise.all(Array.from({ length: AT_ONCE }, (_, lane) => makeMany(file, lane)))
  const seconds = (performance.now() - began) / 1_000
  const perMegapixel = ((await cpuMs()) - cpu) / TIMES / mp
  write(`${name.padEnd(32)} ${(TIMES / seconds).toFixed(1).padStart(6)}/s ${perMegapixel.toFixed(0).padStart(6)} ms/MP`)
}
await rm(dir, { recursive: true })

/** CPU of this process and of its decoders that have ended, in ms. Linux counts it in 10 ms. */
async function cpuMs(): Promise<number> {
  const stat = (await readFile('/proc/self/stat', 'utf8')).split(' ')
  const ticks = stat.slice(13, 17).reduce((sum, field) => sum + Number(field), 0)
  return ticks * 10
}

async function makeMany(file: string, lane: number) {
  const into = { original: path.join(dir, `original-${lane}`), thumbnail: path.join(dir, `thumbnail-${lane}`) }
  for (let i = 0; i < TIMES / AT_ONCE; i++) {
    const { kind } = await readHeader(file)
    await decodePhoto({ file, kind, into }, AbortSignal.timeout(60_000))
  }
}
