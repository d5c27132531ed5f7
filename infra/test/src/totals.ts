import { readFile } from 'node:fs/promises'

export type Totals = { passed: number; failed: number; skipped: number }

/** The parts of vitest's JSON report that are counted. */
type Report = {
  numPassedTests: number
  numFailedTests: number
  numPendingTests: number
  numTodoTests: number
  testResults: { status: string; assertionResults: { status: string }[] }[]
}

/** What a run of vitest amounts to; `ok` is whether it ended with 0. Without a report the run itself has failed. */
export async function readReport(file: string, ok: boolean): Promise<Totals> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 }
  return totalsOf(JSON.parse(text) as Report, ok)
}

/**
 * A file that fails outside its tests (an import, a hook, a leak) counts as one failure, and so does a run that fails
 * with all tests green (an unhandled rejection): nothing red may end as `0 failed`.
 */
export function totalsOf(report: Report, ok: boolean): Totals {
  const brokenFiles = report.testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((test) => test.status === 'failed'),
  )
  const failed = report.numFailedTests + brokenFiles.length
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && !ok ? 1 : failed,
    skipped: report.numPendingTests + report.numTodoTests,
  }
}

export function addTotals(...all: Totals[]): Totals {
  const sum = (key: keyof Totals) => all.reduce((total, one) => total + one[key], 0)
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') }
}

/** The last line of `npm test`, plain and alone on its line: machines read it. */
export const summaryLine = ({ passed, failed, skipped }: Totals): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`
