import { expect, test } from 'vitest'
import { addTotals, readReport, summaryLine, totalsOf } from './totals.ts'

const green = { numPassedTests: 3, numFailedTests: 0, numPendingTests: 0, numTodoTests: 0, testResults: [] }

test('counts what vitest counts', () => {
  expect(totalsOf({ ...green, numFailedTests: 2, numPendingTests: 1 }, false)).toEqual({
    passed: 3,
    failed: 2,
    skipped: 1,
  })
})

test('a file that fails outside its tests is a failure', () => {
  const testResults = [{ status: 'failed', assertionResults: [{ status: 'passed' }] }]
  expect(totalsOf({ ...green, testResults }, false).failed).toBe(1)
})

test('a run that fails with every test green is a failure', () => {
  expect(totalsOf(green, false).failed).toBe(1)
})

test('a run without a report is a failure', async () => {
  expect(await readReport('/nowhere/report.json', true)).toEqual({ passed: 0, failed: 1, skipped: 0 })
})

test('the summary is one plain line', () => {
  const totals = addTotals({ passed: 1, failed: 0, skipped: 0 }, { passed: 2, failed: 1, skipped: 0 })
  expect(summaryLine(totals)).toBe('3 passed, 1 failed')
  expect(summaryLine({ ...totals, skipped: 4 })).toBe('3 passed, 1 failed, 4 skipped')
})
