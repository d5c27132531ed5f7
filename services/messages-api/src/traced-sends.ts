import type { Span, Trace } from '@farmgate/service-kit/trace.ts'
import type { Send } from './append-statement.ts'

/** The spans of a batch, by the places of its sends: each goes on with the trace that its send brought. */
export type TracedSends = readonly (Span | undefined)[]

export const traceSends = (trace: Trace, sends: readonly Send[]): TracedSends =>
  trace.isOn ? sends.map(({ traceparent }) => trace.follow('append', traceparent)) : []

/** What the entry of a send carries on. Being said takes no time of ours: Redis is not waited for. */
export function tellTrace(trace: Trace, span: Span | undefined): string | undefined {
  const told = trace.follow('publish messages', span?.traceparent, { kind: 'producer' })
  told?.end()
  return told?.traceparent
}
