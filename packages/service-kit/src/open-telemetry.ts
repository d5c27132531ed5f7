import { AsyncLocalStorage } from 'node:async_hooks'
import {
  type Context,
  type Span as OtelSpan,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  type SpanContext,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import type { Span, SpanKind, SpanOptions, Trace } from './trace.ts'

const KINDS: Record<SpanKind, OtelSpanKind> = {
  internal: OtelSpanKind.INTERNAL,
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  consumer: OtelSpanKind.CONSUMER,
}

/** Spans are sent together, this often. */
const SEND_EVERY_MS = 1_000
const TRACEPARENT = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/

/** The SDK behind `Trace`. Loaded by openTrace alone, and only where tracing is on. */
export function openOpenTelemetry(options: { service: string; endpoint: string; ratio: number }): Trace {
  const { service, endpoint, ratio } = options
  const exporter = new OTLPTraceExporter({ url: `${endpoint}/v1/traces` })
  const provider = new TracerProvider({
    resource: resourceFromAttributes({ 'service.name': service, 'service.instance.id': String(process.pid) }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [new BatchSpanProcessor({ exporter, scheduledDelayMillis: SEND_EVERY_MS })],
  })
  const tracer = provider.getTracer('farmgate')
  const inner = new AsyncLocalStorage<Span>()

  const start = (name: string, { kind = 'internal', attributes = {} }: SpanOptions, parent: Context) => {
    const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent)
    return span.isRecording() ? toSpan(span) : undefined
  }
  const follow: Trace['follow'] = (name, traceparent, options = {}) => {
    const context = contextOf(traceparent)
    return context && start(name, options, trace.setSpanContext(ROOT_CONTEXT, context))
  }
  return {
    isOn: true,
    begin: (name, options = {}) => start(name, options, ROOT_CONTEXT),
    follow,
    inside: (span, work) => (span ? inner.run(span, work) : work()),
    current: () => inner.getStore(),
    async child(name, options, work) {
      const span = follow(name, inner.getStore()?.traceparent, options)
      if (!span) return work()
      try {
        const result = await inner.run(span, work)
        span.end()
        return result
      } catch (error) {
        span.end(error)
        throw error
      }
    },
    close: () => provider.shutdown(),
  }
}

function toSpan(span: OtelSpan): Span {
  const { traceId, spanId, traceFlags } = span.spanContext()
  return {
    traceparent: `00-${traceId}-${spanId}-${traceFlags.toString(16).padStart(2, '0')}`,
    end(error) {
      // The message may hold what a person wrote: its type is enough here, the log has the rest.
      if (error !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: error instanceof Error ? error.name : typeof error })
      }
      span.end()
    },
  }
}

function contextOf(traceparent = ''): SpanContext | undefined {
  const [, traceId, spanId, flags] = TRACEPARENT.exec(traceparent) ?? []
  return traceId && spanId
    ? { traceId, spanId, traceFlags: Number.parseInt(flags ?? '', 16), isRemote: true }
    : undefined
}
