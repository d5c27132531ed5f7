import {
  authFields,
  databaseFields,
  list,
  port,
  processFields,
  redisFields,
  traceFields,
  url,
} from '@farmgate/service-kit/config.ts'
import type { z } from 'zod'

/** The environment of rooms-api. IMAGE_URL_HOSTS: where a product image may lie; empty means anywhere. */
export const shape = {
  ...processFields,
  ...authFields,
  ...databaseFields,
  ...redisFields,
  ...traceFields,
  ROOMS_API_PORT: port(4001),
  MESSAGES_API_URL: url('http://127.0.0.1:4002'),
  IMAGE_URL_HOSTS: list(),
}
export type Config = z.output<z.ZodObject<typeof shape>>
