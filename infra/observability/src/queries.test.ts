import { readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, test } from 'vitest'
import { alertRules, panelQueries, seriesOf, wantedBy } from './queries.ts'

const page = readFileSync(path.resolve(import.meta.dirname, '../../README.md'), 'utf8')

test('a query wants metrics, by labels', () => {
  const expr = 'sum(rate(farmgate_a_total{lane="send",outcome=~"x|y"}[5m])) / nodejs_b > 1'
  expect(wantedBy(expr)).toEqual([
    { name: 'farmgate_a_total', labels: ['lane', 'outcome'] },
    { name: 'nodejs_b', labels: [] },
  ])
})

test('a scrape has series, with labels', () => {
  const scraped = '# HELP farmgate_a_total A\nfarmgate_a_total{lane="send",service="x"} 3\nnodejs_b 1e-7\n'
  expect(seriesOf(scraped)).toEqual(
    new Map([
      ['farmgate_a_total', new Set(['lane', 'service'])],
      ['nodejs_b', new Set()],
    ]),
  )
})

test('there are panels and alerts', () => {
  expect(panelQueries().length).toBeGreaterThan(25)
  expect(alertRules().length).toBeGreaterThan(10)
})

test.each(alertRules().map(({ alert, annotations }) => ({ alert, ...annotations })))(
  '$alert says what to do, here and on the page',
  ({ alert, runbook }) => {
    expect(runbook.length).toBeGreaterThan(40)
    expect(page).toContain(`| \`${alert.replace('Farmgate', '')}\` |`)
  },
)
