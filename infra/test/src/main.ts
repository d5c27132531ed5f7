import { spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { addTotals, readReport, summaryLine, type Totals } from './totals.ts'

const ROOT = path.resolve(import.meta.dirname, '../../..')
const BIN = path.join(ROOT, 'node_modules/.bin')

// `npm test` runs everything; `npm test -- packages/streams` only the tests whose path contains one of the words.
const part = process.argv.slice(2)
const totals = addTotals(buildApp(), ...(part.length > 0 ? [] : checks()), await tests())
process.stdout.write(`\n${summaryLine(totals)}\n`)
process.exitCode = totals.failed > 0 ? 1 : 0

/** What browsers get: tests serve it. Fails where its first screen is too heavy, too. */
function buildApp(): Totals {
  return count(spawnSync(process.execPath, ['services/web/src/build.ts'], { cwd: ROOT, stdio: 'inherit' }).status === 0)
}

function checks(): Totals[] {
  return [
    check('biome', 'check', '--error-on-warnings', '.'),
    check('tsc', '--noEmit', '-p', 'tsconfig.json'),
    check('tsc', '--noEmit', '-p', 'packages/client/tsconfig.json'),
    check('tsc', '--noEmit', '-p', 'services/web/app/tsconfig.json'),
    check('tsc', '--noEmit', '-p', 'services/web/worker/tsconfig.json'),
    check('knip', '--no-config-hints'),
  ]
}

/** A check of the whole repository, which counts as one test. */
function check(tool: string, ...words: string[]): Totals {
  process.stdout.write(`\n${tool} ${words.join(' ')}\n`)
  return count(run(tool, words))
}

function count(ok: boolean): Totals {
  return { passed: ok ? 1 : 0, failed: ok ? 0 : 1, skipped: 0 }
}

async function tests(): Promise<Totals> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-test-'))
  const file = path.join(dir, 'report.json')
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`]
  const ok = run('vitest', ['run', '--config', 'infra/test/vitest.config.ts', ...reporters, ...part])
  const totals = await readReport(file, ok)
  await rm(dir, { recursive: true })
  return totals
}

function run(tool: string, words: string[]): boolean {
  const env = { ...process.env, PATH: `${BIN}${path.delimiter}${process.env.PATH}` }
  return spawnSync(path.join(BIN, tool), words, { cwd: ROOT, env, stdio: 'inherit' }).status === 0
}
