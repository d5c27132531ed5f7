import { expect, test } from 'vitest'
import { pageHeaders } from './page-headers.ts'

const policyOf = (surroundings: Parameters<typeof pageHeaders>[0]) =>
  new Map(
    (pageHeaders(surroundings)['content-security-policy'] ?? '').split('; ').map((directive) => {
      const [name = '', ...sources] = directive.split(' ')
      return [name, sources.join(' ')]
    }),
  )

test('scripts and styles are files of ours; nothing else is allowed that is not named', () => {
  const policy = policyOf({ sessionUrl: undefined, isProduction: true })
  expect(Object.fromEntries(policy)).toMatchObject({
    'default-src': "'none'",
    'script-src': "'self'",
    'style-src': "'self'",
    'connect-src': "'self'",
    'base-uri': "'none'",
    'form-action': "'none'",
    'frame-ancestors': "'none'",
    'trusted-types': 'farmgate-worker',
    'require-trusted-types-for': "'script'",
  })
  expect([...policy.values()].join(' ')).not.toMatch(/unsafe|\*|http:/)
})

test('pictures from localhost are for a desk', () => {
  const pictures = (isProduction: boolean) => policyOf({ sessionUrl: undefined, isProduction }).get('img-src')
  expect(pictures(true)).toBe("'self' blob: data: https:")
  expect(pictures(false)).toContain('http://localhost:*')
})

test('the page may ask the marketplace who uses it, and nobody else', () => {
  const reaches = (sessionUrl: string) => policyOf({ sessionUrl, isProduction: true }).get('connect-src')
  expect(reaches('https://shop.example/session?x=1')).toBe("'self' https://shop.example")
  expect(reaches('/session')).toBe("'self'")
})
