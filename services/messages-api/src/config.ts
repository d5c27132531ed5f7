import { authFields, databaseFields, port, processFields, redisFields, url } from '@farmgate/service-kit/config.ts'
import type { z } from 'zod'

/** What messages-api reads from its environment. */
export const shape = {
  ...processFields,
  ...authFields,
  ...databaseFields,
  ...redisFields,
  MESSAGES_API_PORT: port(4002),
  ROOMS_API_URL: url('http://127.0.0.1:4001'),
}
export type Config = z.output<z.ZodObject<typeof shape>>
