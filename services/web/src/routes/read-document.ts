import type { App } from '@farmgate/service-kit/app.ts'
import type { Documents } from '../documents.ts'

/** GET /docs/{service}.json — what a service publishes about itself, as it is. */
export function answerDocuments(app: App, documents: Documents) {
  for (const target of ['rooms-api', 'messages-api', 'ws-gateway'] as const) {
    app.get(`/docs/${target}.json`, () => documents.read(target))
  }
}
