import { describe, expect, test } from 'vitest'
import { drawChart } from './chart.ts'
import { toHtml } from './html.ts'
import { toText } from './text.ts'

const finding = {
  tables: [{ title: 'Checkout', heads: ['', 'p99'], rows: [['<new>', '12.5']] }],
  charts: [
    {
      title: 'Memory',
      x: 'second',
      y: 'MiB',
      lines: [
        {
          name: 'gateway',
          points: [
            [0, 50],
            [10, 100],
          ] as const,
        },
      ],
    },
  ],
  faults: ['1 message was lost'],
}

describe('the page', () => {
  const page = toHtml('A run', ['on 2 cores'], finding)

  test('has every table, plot and fault, and needs nothing from elsewhere', () => {
    for (const part of ['A run', 'on 2 cores', 'Checkout', '12.5', '<svg', '1 message was lost'])
      expect(page).toContain(part)
    expect(page).not.toMatch(/<script|<link|src=|https?:/)
  })

  test('shows text as text', () => {
    expect(page).toContain('&#60;new&#62;')
  })
})

describe('a plot', () => {
  test('draws each line from left to right, a higher value higher', () => {
    const [chart] = finding.charts
    const [first, last] = /points="([^"]+)"/.exec(chart ? drawChart(chart) : '')?.[1]?.split(' ') ?? []
    const [x1 = 0, y1 = 0] = (first ?? '').split(',').map(Number)
    const [x2 = 0, y2 = 0] = (last ?? '').split(',').map(Number)
    expect(x2).toBeGreaterThan(x1)
    expect(y2).toBeLessThan(y1)
  })

  test('of nothing is nothing', () => {
    expect(drawChart({ title: 'Empty', x: '', y: '', lines: [{ name: 'none', points: [] }] })).toBe('')
  })
})

test('the terminal shows columns under their heads, and faults', () => {
  expect(toText(finding).split('\n')).toEqual([
    'Checkout',
    '        p99',
    '<new>  12.5',
    '',
    'FAULT  1 message was lost',
  ])
})
