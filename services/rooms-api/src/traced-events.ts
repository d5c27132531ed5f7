import type { Trace } from '@farmgate/service-kit/trace.ts'

type Traced = { type: string; traceparent?: string | undefined }

/** Each event that brought a trace goes on with it while its batch is worked on. */
export function traceEvents<Event extends Traced>(trace: Trace, handle: (events: Event[]) => Promise<void>) {
  if (!trace.isOn) return handle
  return async (events: Event[]) => {
    const spans = events.flatMap(
      ({ type, traceparent }) => trace.follow(`hear ${type}`, traceparent, { kind: 'consumer' }) ?? [],
    )
    try {
      await trace.inside(spans[0], () => handle(events))
      for (const span of spans) span.end()
    } catch (error) {
      for (const span of spans) span.end(error)
      throw error
    }
  }
}
