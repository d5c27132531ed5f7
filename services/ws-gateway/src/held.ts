import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Lines } from '@farmgate/service-kit/line-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { RateLimits } from '@farmgate/service-kit/rate-limits.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Redis } from '@farmgate/streams/redis.ts'
import { type Clock, startClock } from './clock.ts'
import type { Config } from './config.ts'
import { type Connections, openConnections } from './connections.ts'
import { fillGaps } from './gaps.ts'
import { Hub } from './hub.ts'
import { Inboxes } from './inboxes.ts'
import { type Lanes, openLanes } from './lanes/lanes.ts'
import type { GatewayMetrics } from './metrics.ts'
import { openPresence, type Presence } from './presence.ts'
import { openSignals, type Signals } from './signals.ts'
import { openTyping, type Typing } from './typing.ts'

type Needs = {
  config: Pick<Config, 'ALLOWED_ORIGINS' | 'WS_QUERY_TOKEN' | 'HEARTBEAT_S' | 'RATE_LIMITS' | 'SOCKETS_PER_ADDRESS'>
  log: Log
  trace: Trace
  metrics: GatewayMetrics
  redis: Redis
  pulse: Pulse
  limits: RateLimits<'handshakes'>
  messagesApi: InternalClient
  /** The same with connections of its own, so that a send never waits behind those who come back. */
  commandsApi: InternalClient
  /** Kept lines for sends, the hot path. */
  sendsLines: Lines
  roomsApi: InternalClient
}

/** All that a gateway holds, for as long as it lives: sockets, rooms that are watched, who is there, what is on its way. */
export type Held = Needs & {
  heartbeatS: number
  clock: Clock
  connections: Connections
  hub: Hub
  inboxes: Inboxes
  lanes: Lanes
  signals: Signals
  presence: Presence
  typing: Typing
  /** While sockets are still open: what was taken is answered, then every socket is closed with 1012. */
  letGo(): Promise<void>
  close(): Promise<void>
}

export function hold(needs: Needs): Held {
  const { config, log, trace, metrics, redis, pulse, messagesApi, commandsApi, sendsLines } = needs
  const clock = startClock()
  const heartbeatS = config.HEARTBEAT_S
  const connections = openConnections({
    clock,
    log,
    metrics,
    heartbeatS,
    rateLimits: config.RATE_LIMITS === 'on',
    mostOfAddress: config.SOCKETS_PER_ADDRESS,
  })
  const gaps = fillGaps(messagesApi, { log, metrics })
  const hub = new Hub(gaps.notice)
  const signals = openSignals({ redis, pulse, log })
  const presence = openPresence({ redis, pulse, log, clock, hub, signals })
  const lanes = openLanes({ messagesApi: commandsApi, sendsLines, hub, log, metrics, trace })
  metrics.rooms(() => hub.size)
  metrics.redisUp(() => pulse.state === 'up')
  return {
    ...needs,
    heartbeatS,
    clock,
    connections,
    hub,
    inboxes: new Inboxes(),
    lanes,
    signals,
    presence,
    typing: openTyping({ clock, signals }),
    async letGo() {
      connections.deafen()
      await lanes.close()
      await connections.close()
    },
    async close() {
      await gaps.close()
      await presence.close()
      await clock.close()
    },
  }
}
