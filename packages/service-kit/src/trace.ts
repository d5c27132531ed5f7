import type { TraceConfig } from './config.ts'

/** What a span tells of its place: who asks, who answers, who says, who hears. */
export type SpanKind = 'internal' | 'server' | 'client' | 'producer' | 'consumer'
export type SpanOptions = { kind?: SpanKind; attributes?: Record<string, string | number> }

/** A piece of work that is traced; what is never ended is never told. */
export type Span = {
  /** By which its children name it, over any wire (W3C). */
  readonly traceparent: string
  end(error?: unknown): void
}

export type Trace = {
  readonly isOn: boolean
  /** Begins a trace; undefined where this one is not among the sampled. */
  begin(name: string, options?: SpanOptions): Span | undefined
  /** Goes on with a trace that came over a wire; undefined where none did, or it is not sampled. */
  follow(name: string, traceparent: string | undefined, options?: SpanOptions): Span | undefined
  /** Does the work inside a span, where `current` finds it. */
  inside<T>(span: Span | undefined, work: () => T): T
  current(): Span | undefined
  /** Does the work as a child of the current span; without one it is only done. */
  child<T>(name: string, options: SpanOptions, work: () => Promise<T>): Promise<T>
  /** Sends what has not been sent yet. */
  close(): Promise<void>
}

/** Tracing that is off: nothing is loaded, nothing is made. */
export const untraced: Trace = {
  isOn: false,
  begin: () => undefined,
  follow: () => undefined,
  inside: (_, work) => work(),
  current: () => undefined,
  child: (_, __, work) => work(),
  close: async () => undefined,
}

/**
 * OpenTelemetry, where OTEL_EXPORTER_OTLP_ENDPOINT is set: spans go to it by OTLP over HTTP. Only then is anything of it
 * loaded.
 */
export async function openTrace(service: string, config: TraceConfig): Promise<Trace> {
  const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: ratio } = config
  if (endpoint === undefined) return untraced
  const { openOpenTelemetry } = await import('./open-telemetry.ts')
  return openOpenTelemetry({ service, endpoint, ratio })
}
