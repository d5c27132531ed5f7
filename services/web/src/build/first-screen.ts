import { readFile, stat } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

/** What a phone on a slow network has to wait for before anything shows: gzip, as every browser takes it. */
export const FIRST_SCREEN_KB = 120

const manifest = z.record(
  z.string(),
  z.object({
    file: z.string(),
    isEntry: z.boolean().optional(),
    imports: z.array(z.string()).default([]),
    dynamicImports: z.array(z.string()).default([]),
  }),
)
type Manifest = z.output<typeof manifest>

/**
 * KB of compressed JavaScript (1 KB is 1,000 bytes) for the heaviest screen that one can begin on: the entry with all it
 * imports, and with it the largest of the parts that are loaded when a screen is shown.
 */
export async function firstScreenKb(dist: string): Promise<number> {
  const chunks = manifest.parse(JSON.parse(await readFile(path.join(dist, '.vite/manifest.json'), 'utf8')))
  const [entry] = Object.entries(chunks).find(([, { isEntry }]) => isEntry) ?? []
  if (entry === undefined) throw new Error('the manifest names no entry')
  const size = async (names: Set<string>) => {
    const files = new Set([...names].flatMap((name) => chunks[name]?.file ?? []))
    const sizes = await Promise.all([...files].map(async (file) => (await stat(path.join(dist, `${file}.gz`))).size))
    return sizes.reduce((sum, bytes) => sum + bytes, 0)
  }
  const screens = chunks[entry]?.dynamicImports ?? []
  const sizes = await Promise.all(
    [[], ...screens.map((name) => [name])].map((name) => size(closure(chunks, entry, ...name))),
  )
  return Math.max(...sizes) / 1_000
}

/** These chunks and all that they import, but for what they load later. */
function closure(chunks: Manifest, ...names: string[]): Set<string> {
  const seen = new Set<string>()
  const visit = (name: string) => {
    if (seen.has(name)) return
    seen.add(name)
    chunks[name]?.imports.forEach(visit)
  }
  names.forEach(visit)
  return seen
}
