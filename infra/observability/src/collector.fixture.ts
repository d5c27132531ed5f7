import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { z } from 'zod'

const attribute = z.looseObject({ key: z.string(), value: z.looseObject({ stringValue: z.string().optional() }) })
const request = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(attribute) }),
      scopeSpans: z.array(
        z.object({
          spans: z.array(
            z.looseObject({
              traceId: z.string(),
              spanId: z.string(),
              parentSpanId: z.string().optional(),
              name: z.string(),
            }),
          ),
        }),
      ),
    }),
  ),
})

export type CollectedSpan = { service: string; traceId: string; spanId: string; parentSpanId?: string; name: string }

/** An OpenTelemetry collector in this process: takes OTLP over HTTP and keeps what it was sent. */
export async function startCollector() {
  const spans: CollectedSpan[] = []
  let sent = ''
  const server = createServer(async (incoming, answer) => {
    const told = await text(incoming)
    sent += told
    for (const { resource, scopeSpans } of request.parse(JSON.parse(told)).resourceSpans) {
      const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
      for (const { traceId, spanId, parentSpanId, name } of scopeSpans.flatMap((scope) => scope.spans))
        spans.push({ service, traceId, spanId, name, ...(parentSpanId && { parentSpanId }) })
    }
    answer.writeHead(200, { 'content-type': 'application/json' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    /** All that came, as it came. */
    sent: () => sent,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
