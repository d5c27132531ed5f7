import { type configOrExit, port, processFields, url } from '@farmgate/service-kit/config.ts'

/** The environment of the one origin. It holds no secret and no store. */
export const shape = {
  ...processFields,
  PORT: port(8080),
  ROOMS_API_URL: url('http://127.0.0.1:4001'),
  MESSAGES_API_URL: url('http://127.0.0.1:4002'),
  WS_GATEWAY_URL: url('http://127.0.0.1:4003'),
}

export type Config = ReturnType<typeof configOrExit<typeof shape>>
