import path from 'node:path'
import type { App } from '@farmgate/service-kit/app.ts'
import fastifyStatic from '@fastify/static'
import { demoMarket } from '../demo/market.ts'

const PICTURES = path.join(import.meta.dirname, '../demo/pictures')

/**
 * GET /demo/market/ — the demo's farms, products and people; the start command tells rooms-api of them. Beside it their
 * pictures, which any page may show: products travel by URL.
 */
export async function readDemoMarket(app: App) {
  app.get('/demo/market/', () => demoMarket)
  await app.register(fastifyStatic, {
    root: PICTURES,
    prefix: '/demo/pictures/',
    index: false,
    decorateReply: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'public, max-age=300'),
  })
}
