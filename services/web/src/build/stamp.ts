import { createHash } from 'node:crypto'
import { globSync, statSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'

/** What a build does not read. */
const FOR_TESTS = /\.(test|fixture)\.tsx?$/

/** A short name for the contents of all these files and folders, tests apart: equal sources, equal stamp. */
export async function stampOf(sources: readonly string[]): Promise<string> {
  const hash = createHash('sha256')
  const files = sources
    .flatMap(filesOf)
    .filter((file) => !FOR_TESTS.test(file))
    .sort()
  for (const file of files) hash.update(`${file}\n`).update(await readFile(file))
  return hash.digest('hex').slice(0, 16)
}

/** The files below a folder, or the file itself. */
function filesOf(source: string): string[] {
  if (statSync(source).isFile()) return [source]
  const entries = globSync('**/*', { cwd: source, withFileTypes: true })
  return entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath, entry.name))
}
