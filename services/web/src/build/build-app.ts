import { mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { build, type InlineConfig } from 'vite'
import { compressTexts } from './compress.ts'
import { entryChunk } from './entry-chunk.ts'
import { APP, DIST, GROWING, IMPORTED, WORKER } from './folders.ts'
import { plainImports } from './plain-imports.ts'
import { stampOf } from './stamp.ts'
import { writeWorker } from './worker.ts'

const STAMP = 'stamp'

/**
 * Makes dist/ from app/, unless it is of these very sources. It is put in place as a whole, and whoever comes later with
 * the same sources may win: a server that runs beside it misses a file for an instant at most.
 *
 * @returns whether there was anything to do.
 */
export async function buildApp(): Promise<boolean> {
  const stamp = await stampOf([APP, WORKER, ...IMPORTED])
  if ((await readStamp()) === stamp) return false
  const fresh = await mkdtemp(GROWING)
  try {
    await build(configFor(fresh))
    await writeWorker(fresh, stamp)
    await compressTexts(fresh)
    await writeFile(path.join(fresh, STAMP), stamp)
    await replace(DIST, fresh)
  } finally {
    await rm(fresh, { recursive: true, force: true })
  }
  return true
}

/** Builds again after each change of a source, until the process ends; nothing is compressed. */
export async function watchApp(): Promise<void> {
  await build({ ...configFor(DIST), build: { ...configFor(DIST).build, minify: false, watch: {} } })
}

const configFor = (outDir: string): InlineConfig => ({
  configFile: false,
  root: APP,
  logLevel: 'warn',
  publicDir: false,
  // For a React before 18; ours has it.
  resolve: { alias: { 'use-sync-external-store/shim/index.js': 'react' } },
  plugins: [plainImports()],
  build: {
    outDir,
    emptyOutDir: true,
    manifest: true,
    target: 'es2023',
    // A data: URL would need a hole in the policy for fonts, and cannot be cached by itself.
    assetsInlineLimit: 0,
    // All are 7 KB together: with them in one file no script has to load any.
    cssCodeSplit: false,
    modulePreload: false,
    reportCompressedSize: false,
    rolldownOptions: {
      output: { codeSplitting: { groups: [entryChunk()] } },
      // "use client" of libraries: it tells servers that render what we do not.
      onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning),
    },
  },
})

const readStamp = () => readFile(path.join(DIST, STAMP), 'utf8').catch(() => undefined)

/** Two builds at once both come here: the one that finds the place taken clears it again. */
async function replace(place: string, fresh: string, tries = 5): Promise<void> {
  await rm(place, { recursive: true, force: true })
  try {
    await rename(fresh, place)
  } catch (error) {
    if (tries === 0) throw error
    await replace(place, fresh, tries - 1)
  }
}
