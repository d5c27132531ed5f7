import type { Log } from '@farmgate/service-kit/log.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Redis } from '@farmgate/streams/redis.ts'
import { streamKeys } from '@farmgate/streams/shards.ts'
import { startTail, type Tail } from '@farmgate/streams/tail.ts'
import type { GatewayMetrics } from '../metrics.ts'

/** Hears one entry; its fields flat: name, value, name, value. Tells whether it said anything new here. */
export type EntryHandler = (id: string, fields: string[]) => boolean

/**
 * Where only this gateway's own messages come back, which its sockets have had with the answers, there is no hurry: a
 * read costs as much as ten entries.
 */
const REST_MS = 10

type Holds = { redis: Redis; log: Log; pulse: Pulse; metrics: Pick<GatewayMetrics, 'losses'> }

/** Hears these streams from now on, each with its handler. One that throws on an entry does not keep the next from it. */
export function tailStreams(
  { redis, log, pulse, metrics }: Holds,
  onLoss: readonly (() => void)[],
  streams: Record<string, EntryHandler>,
): Tail {
  const handlers = new Map<string, EntryHandler>()
  for (const [stream, handle] of Object.entries(streams))
    for (const key of streamKeys(stream)) handlers.set(key, handle)
  return startTail({
    redis,
    log,
    pulse,
    streams: Object.keys(streams),
    restMs: REST_MS,
    onLoss: () => {
      metrics.losses.inc()
      for (const hear of onLoss) hear()
    },
    onEntries(key, entries) {
      const handle = handlers.get(key)
      let isNews = false
      for (const [id, fields] of entries) {
        try {
          isNews = handle?.(id, fields) || isNews
        } catch (error) {
          log.error({ err: error, key, entry: id }, 'entry.failed')
        }
      }
      return isNews
    },
  })
}
