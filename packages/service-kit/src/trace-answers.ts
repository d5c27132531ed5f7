import type { App } from './app.ts'
import type { Span, Trace } from './trace.ts'

/**
 * Each request to a public operation is a span: of the caller's trace where it brought one, else of a new one. What a
 * probe asks is none, and an internal call only goes on with a trace.
 */
export function traceAnswers(app: App, trace: Trace): void {
  if (!trace.isOn) return
  const spans = new WeakMap<object, Span>()
  app.addHook('onRequest', (request, _reply, done) => {
    const { url = '', config } = request.routeOptions
    const { traceparent } = request.headers
    const name = `${request.method} ${url}`
    const given = typeof traceparent === 'string' ? traceparent : undefined
    const isOwn = given === undefined && config.access !== 'open' && !url.startsWith('/internal/')
    const span = isOwn ? trace.begin(name, { kind: 'server' }) : trace.follow(name, given, { kind: 'server' })
    if (span) spans.set(request, span)
    trace.inside(span, done)
  })
  app.addHook('onResponse', async (request, { statusCode }) => {
    spans.get(request)?.end(statusCode >= 500 ? new Error(String(statusCode)) : undefined)
  })
}
