import { readFileSync } from 'node:fs'
import type { App } from '@farmgate/service-kit/app.ts'
import type { Documents } from '../documents.ts'
import { referencePage } from '../reference/page.ts'

/** No script, nothing from elsewhere: whatever stood in a document, the page could not run it. */
const PAGE_POLICY =
  "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const style = readFileSync(new URL('../reference/reference.css', import.meta.url), 'utf8')

/** GET /docs/ — the API reference, made from the documents of the services that run. */
export function answerReference(app: App, documents: Documents) {
  app.get('/docs/', async (_request, reply) => {
    const read = (target: Parameters<Documents['read']>[0]) => documents.read(target).catch(() => undefined)
    const [rooms, messages, gateway] = await Promise.all([read('rooms-api'), read('messages-api'), read('ws-gateway')])
    return reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', PAGE_POLICY)
      .send(referencePage({ rooms, messages, gateway }))
  })
  app.get('/docs/reference.css', (_request, reply) => {
    return reply.type('text/css; charset=utf-8').header('cache-control', 'max-age=300').send(style)
  })
}
