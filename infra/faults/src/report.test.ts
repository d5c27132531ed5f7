import { expect, test } from 'vitest'
import { rowOf, tableOf, withRows } from './report.ts'
import type { Verdict } from './verdict.ts'

const verdict = (id: string, more: Partial<Verdict> = {}): Verdict => ({
  id,
  name: 'a fault',
  seed: 1,
  sent: 100,
  lost: 0,
  doubled: 0,
  reordered: 0,
  healedMs: 1_530,
  breaches: new Map([['I1', []]]),
  ...more,
})

test('a row sums its seeds, and says how long the slowest took', () => {
  const row = rowOf([verdict('F1'), verdict('F1', { seed: 2, healedMs: 3_040 })], 'today')
  expect(row.cells).toEqual(['F1', 'a fault', '1, 2', '200', '0', '0', '0', '3.0 s', 'I1–I10', 'today'])
})

test('one seed that failed is a case that fails', () => {
  const failed = verdict('F1', { seed: 2, lost: 1, healedMs: undefined, breaches: new Map([['I1', ['c-1 is lost']]]) })
  expect(rowOf([verdict('F1'), failed], '').cells.slice(4, 9)).toEqual(['1', '0', '0', 'never', 'NOT I1'])
})

test('the first rows come into an empty table', () => {
  const text = '# faults\n\n<!-- results: npm run faults -- --write -->\n<!-- end of results -->\n\nrest\n'
  const written = withRows(text, [rowOf([verdict('F3')], 'now')])
  expect(written).toContain('\n| F3 | a fault |')
  expect(written.endsWith('\n<!-- end of results -->\n\nrest\n')).toBe(true)
  expect(() => withRows('# faults', [])).toThrow('no place')
})

test('what is written replaces its own row, keeps the others, and stands in order', () => {
  const text = (...ids: string[]) =>
    `# faults\n\n<!-- results: npm run faults -- --write -->\n${tableOf(ids.map((id) => rowOf([verdict(id)], 'then')))}\n<!-- end of results -->\n\nrest\n`
  const written = withRows(text('F2', 'F10'), [rowOf([verdict('F10')], 'now'), rowOf([verdict('F3')], 'now')])
  expect(written.match(/^\| F\d+ .*\| \w+ \|$/gm)?.map((line) => [line.split(' ')[1], line.split(' ').at(-2)])).toEqual(
    [
      ['F2', 'then'],
      ['F3', 'now'],
      ['F10', 'now'],
    ],
  )
  expect(written.endsWith('\n\nrest\n')).toBe(true)
})
