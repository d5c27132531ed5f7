import { readConfig } from '@farmgate/service-kit/config.ts'
import { expect, test } from 'vitest'
import { shape } from './config.ts'

const read = (SESSION_URL: string) => readConfig(shape, { SESSION_URL }).SESSION_URL

test.each(['/session/', '/api/who?app=chat', 'https://shop.example/session', 'http://127.0.0.1:3000/session'])(
  '%s may be asked who one is',
  (url) => expect(read(url)).toBe(url),
)

test.each([
  '//shop.example/session',
  '/\\shop.example/session',
  'https:///session',
  'session/',
  'ftp://shop.example/',
  '/a b',
])('%s is neither a path of this origin nor a URL', (url) => expect(() => read(url)).toThrow('SESSION_URL'))
