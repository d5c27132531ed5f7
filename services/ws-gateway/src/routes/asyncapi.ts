import { inboxClientFrames, roomClientFrames } from '@farmgate/contracts/client-frames.ts'
import { BEARER_PREFIX, closeCodes, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import { inboxServerFrames, roomServerFrames } from '@farmgate/contracts/server-frames.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { TOKEN_CLAIMS } from '@farmgate/service-kit/token-claims.ts'
import { z } from 'zod'

type Frames = Record<string, z.ZodType>

/** GET /asyncapi.json — the sockets as AsyncAPI 3, made from the tables of frames that the gateway itself checks by. */
export function describeSockets(app: App): void {
  const document = asyncapi()
  app.get('/asyncapi.json', { config: { access: 'open' }, schema: { hide: true } }, () => document)
}

export function asyncapi() {
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'Farmgate sockets',
      version: '1.0.0',
      description: 'The room and the chat list, live. Frames are JSON text, at most 64 KiB.',
    },
    servers: {
      origin: {
        host: 'localhost:8080',
        protocol: 'ws',
        description: 'The one origin, here as `npm start` opens it; wss behind TLS',
        security: Object.keys(securitySchemes).map((name) => ({ $ref: `#/components/securitySchemes/${name}` })),
      },
    },
    defaultContentType: 'application/json',
    channels: {
      room: {
        address: '/ws/chat/{room_id}/',
        title: 'One room',
        description: HANDSHAKE,
        parameters: { room_id: { description: 'A UUID' } },
        messages: {
          ...messageRefs('room', 'says', roomClientFrames),
          ...messageRefs('room', 'hears', roomServerFrames),
        },
        bindings: { ws: { method: 'GET', query: z.toJSONSchema(roomQuery, JSON_SCHEMA) } },
      },
      inbox: {
        address: '/ws/inbox/',
        title: 'The chat list',
        description: HANDSHAKE,
        messages: {
          ...messageRefs('inbox', 'says', inboxClientFrames),
          ...messageRefs('inbox', 'hears', inboxServerFrames),
        },
        bindings: { ws: { method: 'GET' } },
      },
    },
    operations: {
      'room.receive': operation('receive', 'room', 'says', roomClientFrames, 'What a client says in a room'),
      'room.send': operation('send', 'room', 'hears', roomServerFrames, 'What a client hears in a room'),
      'inbox.receive': operation('receive', 'inbox', 'says', inboxClientFrames, 'What a client says to its chat list'),
      'inbox.send': operation('send', 'inbox', 'hears', inboxServerFrames, 'What a client hears of its chat list'),
    },
    components: components({
      ...payloads('room', 'says', roomClientFrames, 'input'),
      ...payloads('room', 'hears', roomServerFrames, 'output'),
      ...payloads('inbox', 'says', inboxClientFrames, 'input'),
      ...payloads('inbox', 'hears', inboxServerFrames, 'output'),
    }),
    'x-close-codes': Object.values(closeCodes).map(({ code, says, next }) => ({ code, why: says, client: NEXT[next] })),
  }
}

const HANDSHAKE =
  'The token comes as `Sec-WebSocket-Protocol: farmgate.v1, bearer.<JWT>` or in an `Authorization` header. A foreign ' +
  '`Origin` is refused with 403; any other bad caller is let through and closed at once.'

const securitySchemes = {
  subprotocol: {
    type: 'httpApiKey',
    in: 'header',
    name: 'Sec-WebSocket-Protocol',
    description: `What a browser can send: \`${SUBPROTOCOL}, ${BEARER_PREFIX}<JWT>\`. ${TOKEN_CLAIMS}`,
  },
  bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKEN_CLAIMS },
}

const JSON_SCHEMA = { target: 'draft-7', io: 'input' } as const

const roomQuery = z.object({
  after_rev: z.int().min(0).optional().meta({ description: 'Everything after this rev first, then `caught_up`' }),
})

/** A client says, or hears. Seen from the gateway, as AsyncAPI wants operations to be, the other way round. */
type Side = 'says' | 'hears'

const nameOf = (channel: string, side: Side, type: string) => `${channel}.${side}.${type}`

const payloads = (channel: string, side: Side, frames: Frames, io: 'input' | 'output') =>
  byType(frames, (type, schema) => [nameOf(channel, side, type), z.toJSONSchema(schema, { ...JSON_SCHEMA, io })])

/** zod gives each payload the named schemas that it uses; the document has each once. */
function components(payloads: Record<string, z.core.JSONSchema.BaseSchema>) {
  const schemas: Record<string, unknown> = {}
  const messages: Record<string, { name: string; summary?: string; payload: unknown }> = {}
  for (const [name, { definitions, description, ...payload }] of Object.entries(payloads)) {
    Object.assign(schemas, shared(definitions))
    const summary = description !== undefined && { summary: description }
    messages[name] = { name: name.split('.').slice(2).join('.'), ...summary, payload: shared(payload) }
  }
  return { messages, schemas, securitySchemes }
}

const shared = (schema: unknown): unknown =>
  JSON.parse(JSON.stringify(schema ?? {}).replaceAll('#/definitions/', '#/components/schemas/'))

const messageRefs = (channel: string, side: Side, frames: Frames) =>
  byType(frames, (type) => {
    const name = nameOf(channel, side, type)
    return [name, { $ref: `#/components/messages/${name}` }]
  })

const operation = (action: 'send' | 'receive', channel: string, side: Side, frames: Frames, summary: string) => ({
  action,
  summary,
  channel: { $ref: `#/channels/${channel}` },
  messages: Object.keys(frames).map((type) => ({
    $ref: `#/channels/${channel}/messages/${nameOf(channel, side, type)}`,
  })),
})

function byType<Value>(frames: Frames, entryOf: (type: string, schema: z.ZodType) => [string, Value]) {
  return Object.fromEntries(Object.entries(frames).map(([type, schema]) => entryOf(type, schema)))
}

const NEXT = {
  final: 'does not come back',
  new_token: 'comes back with a new token',
  jitter: 'comes back with full jitter and `after_rev`',
}
