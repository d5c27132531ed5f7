import {
  authFields,
  databaseFields,
  port,
  processFields,
  redisFields,
  traceFields,
  url,
} from '@farmgate/service-kit/config.ts'
import { imageStoreFields } from './images/open-store.ts'

/** What messages-api reads from its environment. */
export const shapeFor = (env: Record<string, string | undefined>) => ({
  ...processFields,
  ...authFields,
  ...databaseFields,
  ...redisFields,
  ...traceFields,
  MESSAGES_API_PORT: port(4002),
  ROOMS_API_URL: url('http://127.0.0.1:4001'),
  ...imageStoreFields(env.IMAGE_STORE),
})
