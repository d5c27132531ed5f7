import { readFile } from 'node:fs/promises'
import path from 'node:path'
import type { App } from '@farmgate/service-kit/app.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import fastifyStatic from '@fastify/static'
import { DIST } from '../build/folders.ts'
import { html } from '../reference/html.ts'
import { screens } from '../screens.ts'

type Options = {
  headers: Record<string, string>
  /** What the page is told of how it learns its user: `demo`, a URL, or nothing. */
  session: string
  dist?: string
}

const YEAR_S = 31_536_000

/** What keeps the app for when there is no network. It asks us, and nobody else. */
const AS_WORKER = {
  'content-type': 'text/javascript; charset=utf-8',
  'cache-control': 'no-cache',
  'content-security-policy': "default-src 'none'; connect-src 'self'",
}

/**
 * The app: its page for each path that is a screen, and for any other that a browser asks for a page, there with 404; what
 * was built, by names that change with the contents, to be kept for ever.
 */
export async function showApp(app: App, { headers, session, dist = DIST }: Options) {
  await app.register(fastifyStatic, {
    root: path.join(dist, 'assets'),
    prefix: '/assets/',
    index: false,
    decorateReply: false,
    cacheControl: false,
    preCompressed: true,
    setHeaders: (reply) => void reply.header('cache-control', `public, max-age=${YEAR_S}, immutable`),
  })
  const asPage = { ...headers, 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' }
  app.get('/worker.js', async (_request, reply) => reply.headers(AS_WORKER).send(await built('worker.js')))
  for (const screen of Object.values(screens))
    app.get(screen, async (_request, reply) => reply.headers(asPage).send(await page()))
  app.get('/*', async ({ headers: { accept } }, reply) =>
    accept?.includes('text/html')
      ? reply
          .code(404)
          .headers(asPage)
          .send(await page())
      : reply.callNotFound(),
  )

  async function page() {
    const text = await built('index.html')
    // By a function: in a text `$&` would be read as what was found.
    return text.replace(
      'name="farmgate-session" content=""',
      () => html`name="farmgate-session" content="${session}"`.html,
    )
  }

  /** Read each time: it is small, and a build may have put a new one there. */
  const built = (file: string) =>
    readFile(path.join(dist, file), 'utf8').catch((cause: unknown) => {
      throw new DependencyAway('the built app', cause)
    })
}
