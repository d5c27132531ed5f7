import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type App, createApp } from '@farmgate/service-kit/app.ts'
import { readConfig } from '@farmgate/service-kit/config.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shape } from '../config.ts'
import { screens } from '../screens.ts'
import { showApp } from './show-app.ts'

const PAGE =
  '<!doctype html><meta name="farmgate-session" content=""><script type="module" src="/assets/a-1.js"></script>'
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' }

let dist: string
let app: App

beforeAll(async () => {
  dist = await mkdtemp(path.join(tmpdir(), 'farmgate-dist-'))
  await mkdir(path.join(dist, 'assets'))
  await writeFile(path.join(dist, 'index.html'), PAGE)
  await writeFile(path.join(dist, 'assets/a-1.js'), 'plain')
  await writeFile(path.join(dist, 'assets/a-1.js.br'), 'packed')
  app = await appFor('https://shop.example/session?a="b"')
})

afterAll(async () => {
  await app.close()
  await rm(dist, { recursive: true })
})

async function appFor(session: string, from = dist) {
  const made = await createApp({ log: createLog('web', 'silent'), config: readConfig(shape, {}) })
  await showApp(made, { headers: { 'content-security-policy': 'policy' }, session, dist: from })
  return made
}

const ask = (url: string, headers: Record<string, string> = BROWSER) => app.inject({ url, headers })

describe('the page', () => {
  test.each(Object.values(screens).map((path) => path.replace(/:\w+/, 'some-1')))('is at %s', async (url) => {
    const answer = await ask(url)
    expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, 'text/html; charset=utf-8'])
    expect(answer.headers).toMatchObject({ 'cache-control': 'no-cache', 'content-security-policy': 'policy' })
    expect((await ask(url.replace(/(.)\/$/, '$1'))).statusCode).toBe(200)
  })

  test('says where the app learns its user, escaped', async () => {
    expect((await ask('/')).body).toContain('content="https://shop.example/session?a=&quot;b&quot;"')
    const odd = await appFor("/session?$'$1")
    expect((await odd.inject({ url: '/' })).body).toContain('content="/session?$&#39;$1"')
    await odd.close()
  })

  test('is asked for again each time', async () => {
    await writeFile(path.join(dist, 'index.html'), `${PAGE}again`)
    expect((await ask('/')).body).toContain('again')
  })

  test('is 503 where nothing was built', async () => {
    const empty = await appFor('', path.join(dist, 'nothing'))
    expect((await empty.inject({ url: '/' })).statusCode).toBe(503)
    await empty.close()
  })
})

describe('what is no screen', () => {
  test.each(['/nothing/', '/market/a/b/', '/chat', '/internal/rooms/', '/chats/%00/x'])(
    '%s is the page with 404 to a browser, a problem to anything else',
    async (url) => {
      const page = await ask(url)
      expect([page.statusCode, page.headers['content-type']]).toEqual([404, 'text/html; charset=utf-8'])
      const problem = await ask(url, { accept: '*/*' })
      expect([problem.statusCode, problem.headers['content-type']]).toEqual([404, 'application/problem+json'])
    },
  )

  test('a post is never answered with the page', async () => {
    expect((await app.inject({ method: 'POST', url: '/nothing/', headers: BROWSER })).statusCode).toBe(404)
    expect((await app.inject({ method: 'POST', url: '/chats/', headers: BROWSER })).statusCode).toBe(405)
  })
})

test('the worker may ask this origin only, and is asked for again each time', async () => {
  await writeFile(path.join(dist, 'worker.js'), 'worker')
  const { body, headers } = await ask('/worker.js', {})
  expect(body).toBe('worker')
  expect(headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'no-cache',
    'content-security-policy': "default-src 'none'; connect-src 'self'",
  })
})

describe('what was built', () => {
  test('is kept for ever, and sent packed where that is understood', async () => {
    const plain = await ask('/assets/a-1.js', {})
    expect([plain.body, plain.headers['cache-control']]).toEqual(['plain', 'public, max-age=31536000, immutable'])
    const packed = await ask('/assets/a-1.js', { 'accept-encoding': 'gzip, br' })
    expect([packed.body, packed.headers['content-encoding']]).toEqual(['packed', 'br'])
    expect(packed.headers).toMatchObject({
      vary: expect.stringMatching(/accept-encoding/i),
      'x-content-type-options': 'nosniff',
    })
  })

  test.each(['/assets/gone.js', '/assets/', '/assets/../index.html', '/assets/%2e%2e/index.html'])(
    '%s is a problem, never the page',
    async (url) => {
      const answer = await ask(url, { accept: '*/*' })
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([404, 'application/problem+json'])
    },
  )
})
