import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { textParts } from './links.ts'

const hrefs = (text: string) => textParts(text).flatMap(({ href }) => href ?? [])

describe('links in a text', () => {
  test.each([
    ['see https://farm.example/map', ['https://farm.example/map']],
    ['https://a.example and http://b.example/x?y=1#z', ['https://a.example/', 'http://b.example/x?y=1#z']],
    ['(https://a.example/x).', ['https://a.example/x']],
    ['https://a.example/Tomato_(fruit)!', ['https://a.example/Tomato_(fruit)']],
    ['“https://a.example/x”, he said', ['https://a.example/x']],
    ['HTTPS://A.EXAMPLE', ['https://a.example/']],
  ])('%s', (text, expected) => {
    expect(hrefs(text)).toEqual(expected)
  })

  test.each([
    'javascript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'https://bank.example@evil.example/',
    'https://user:secret@evil.example/',
    'https://',
    'xhttps://a.example',
    'ftp://a.example/',
    'file:///etc/passwd',
  ])('%s is text', (text) => {
    expect(textParts(text)).toEqual([{ text }])
  })

  test('a character that turns the direction around ends the link', () => {
    expect(hrefs('https://a.example/\u202Egpj.exe')).toEqual(['https://a.example/'])
  })

  test('markup around a link stays text', () => {
    expect(textParts('<a href="https://a.example">x</a>')).toEqual([
      { text: '<a href="' },
      { text: 'https://a.example', href: 'https://a.example/' },
      { text: '">x</a>' },
    ])
  })

  test('the pieces joined are the text, and every href is of the web', () => {
    const pieces = fc.constantFrom(
      'https://',
      'http://',
      'a.example',
      '/x',
      '@',
      ':',
      '(',
      ')',
      '.',
      ' ',
      'javascript:',
    )
    const anything = fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' }))).map((parts) => parts.join(''))
    fc.assert(
      fc.property(anything, (text) => {
        const parts = textParts(text)
        expect(parts.map((part) => part.text).join('')).toBe(text)
        for (const { href } of parts) if (href !== undefined) expect(href).toMatch(/^https?:\/\/[^@/]+/)
      }),
    )
  })
})
