import {
  authFields,
  count,
  flag,
  port,
  processFields,
  redisFields,
  traceFields,
  url,
} from '@farmgate/service-kit/config.ts'
import { z } from 'zod'

export const shape = {
  ...processFields,
  ...authFields,
  ...redisFields,
  ...traceFields,
  WS_GATEWAY_PORT: port(4003),
  MESSAGES_API_URL: url('http://127.0.0.1:4002'),
  ROOMS_API_URL: url('http://127.0.0.1:4001'),
  /** A token in the query ends up in histories and proxies' logs: only where a deployment asks for it. */
  WS_QUERY_TOKEN: flag(false),
  /** Seconds. */
  HEARTBEAT_S: z.coerce.number().int().min(1).max(300).default(20),
  /** Open at one gateway, where RATE_LIMITS is on: a town may stand behind one address. */
  SOCKETS_PER_ADDRESS: count(5_000),
}

export type Config = z.output<z.ZodObject<typeof shape>>
