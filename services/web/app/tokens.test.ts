import { readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'

// WCAG 2.2 AA, counted: 4.5 for text on what it stands on, 3 for the edges of controls and the ring around what has the focus.

const css = readFileSync(path.join(import.meta.dirname, 'tokens.css'), 'utf8')
const colours = (block: string) =>
  Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name = '', value = '']) => [name, value]),
  )
const light = colours(css.split(':root[data-theme="dark"]')[0] ?? '')
const dark = { ...light, ...colours(css.split(':root[data-theme="dark"]')[1] ?? '') }

const texts: [text: string, ...grounds: string[]][] = [
  ['ink', 'paper', 'surface', 'sunken', 'mine', 'theirs', 'leaf-wash', 'tomato-wash', 'honey-wash'],
  ['ink-soft', 'paper', 'surface', 'sunken', 'mine', 'theirs', 'leaf-wash'],
  ['ink-faint', 'paper', 'surface', 'sunken', 'mine', 'theirs'],
  ['leaf-strong', 'paper', 'surface', 'leaf-wash', 'mine', 'theirs'],
  ['on-leaf', 'leaf', 'leaf-strong'],
  ['tomato', 'paper', 'surface', 'tomato-wash'],
  ['on-tomato', 'tomato', 'tomato-strong'],
  ['honey', 'paper', 'surface', 'honey-wash'],
]
const edges: typeof texts = [
  ['line-strong', 'paper', 'surface'],
  ['focus', 'paper', 'surface', 'sunken', 'mine'],
]

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, theme) => {
  const pairs = (rows: typeof texts) => rows.flatMap(([front, ...grounds]) => grounds.map((ground) => [front, ground]))
  test.each(pairs(texts))('%s can be read on %s', (front = '', ground = '') => {
    expect(contrast(theme[front], theme[ground])).toBeGreaterThanOrEqual(4.5)
  })
  test.each(pairs(edges))('%s can be seen on %s', (front = '', ground = '') => {
    expect(contrast(theme[front], theme[ground])).toBeGreaterThanOrEqual(3)
  })
})

test('black on white is 21 : 1', () => expect(contrast('#000000', '#ffffff')).toBeCloseTo(21))

function contrast(one = '', other = ''): number {
  const [lighter = 0, darker = 0] = [luminance(one), luminance(other)].sort((a, b) => b - a)
  return (lighter + 0.05) / (darker + 0.05)
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => linear(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

const linear = (part: number) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
