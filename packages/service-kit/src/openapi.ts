import { STATUS_CODES } from 'node:http'
import type { ErrorCode } from '@farmgate/contracts/errors.ts'
import swagger from '@fastify/swagger'
import type { FastifyInstance, FastifySchema, RouteOptions } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import type { OpenAPIV3_1 } from 'openapi-types'
import { type DescribedProblem, problems } from './problems.ts'
import { TOKEN_CLAIMS } from './token-claims.ts'

export type Described = { title: string; description: string; tags?: { name: string; description: string }[] }

/** OpenAPI 3.1 at /openapi.json, made from the zod schemas of the routes. Register it before them. */
export async function describeApi(
  app: FastifyInstance,
  { title, description, tags = [] }: Described,
  secured: boolean,
) {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title, description, version: '1' },
      tags,
      ...(secured && {
        security: [{ bearer: [] }],
        components: {
          securitySchemes: {
            bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: TOKEN_CLAIMS },
          },
        },
      }),
    },
    // A route without a schema comes without one, whatever the types say.
    transform: ({ schema = {}, url, route, ...rest }) =>
      url.startsWith('/internal/')
        ? { schema: { hide: true }, url }
        : jsonSchemaTransform({ ...rest, url, route, schema: withCommonProblems(schema, route) }),
    transformObject: (document) => withoutUnused(describeAnswers(jsonSchemaTransformObject(document) as Document)),
  })
  app.get('/openapi.json', { config: { access: 'open' }, schema: { hide: true } }, () => app.swagger())
}

/** What any route of this shape may answer, beside what it names itself. */
function withCommonProblems(schema: FastifySchema, { config, method, url }: RouteOptions): FastifySchema {
  const open = config?.access === 'open'
  const common: ErrorCode[] = [
    ...(schema.body ? (['invalid_body', 'body_too_large', 'unsupported_media_type'] as const) : []),
    ...(schema.querystring ? (['invalid_query'] as const) : []),
    ...(schema.params ? (['invalid_path'] as const) : []),
    ...(open ? [] : (['unauthorized', 'rate_limited'] as const)),
    'unavailable',
  ]
  return {
    operationId: operationId(method, url),
    ...schema,
    ...(open && { security: [] }),
    response: merge(problems(...common), schema.response ?? {}),
  }
}

/** `GET /chat/rooms/:room_id/` is `get_chat_rooms_room_id`: made of what is fixed, so that generated clients stay the same. */
const operationId = (method: RouteOptions['method'], url: string) =>
  [String(method).toLowerCase(), ...(url.match(/\w+/g) ?? [])].join('_')

/** Both sides may describe the same status: the descriptions are joined, the schema of a problem is always the same. */
function merge(common: object, own: object): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...common, ...own }
  for (const [status, shared] of Object.entries(common)) {
    const named: unknown = Object.entries(own).find(([key]) => key === status)?.[1]
    if (isDescribed(named) && isDescribed(shared)) {
      merged[status] = { ...named, description: `${named.description}\n\n${shared.description}` }
    }
  }
  return merged
}

const isDescribed = (response: unknown): response is DescribedProblem =>
  typeof response === 'object' && response !== null && 'content' in response && 'description' in response

type Document = Partial<OpenAPIV3_1.Document>

/** What @fastify/swagger writes where an answer's schema has no description in sight. */
const UNDESCRIBED = 'Default Response'

/** An answer is described by what its schema says of itself, or by its status. */
function describeAnswers(document: Document): Document {
  const { schemas = {} } = document.components ?? {}
  for (const operation of operationsOf(document)) {
    for (const [status, answer] of Object.entries(operation.responses ?? {})) {
      if ('$ref' in answer || answer.description !== UNDESCRIBED) continue
      const [name = ''] = namesIn(answer)
      answer.description = schemas[name]?.description ?? STATUS_CODES[status] ?? status
    }
  }
  return document
}

const operationsOf = ({ paths = {} }: Document) =>
  Object.values(paths).flatMap((path) =>
    [path?.get, path?.post, path?.put, path?.patch, path?.delete].filter((it) => it !== undefined),
  )

/** The registry of schemas is one for all contracts: a document shows only those that its operations reach. */
function withoutUnused(document: Document): Document {
  const { schemas = {}, ...components } = document.components ?? {}
  const used = new Set<string>()
  const visit = (part: unknown) => {
    for (const name of namesIn(part)) {
      if (used.has(name)) continue
      used.add(name)
      visit(Object.entries(schemas).find(([key]) => key === name)?.[1])
    }
  }
  visit(document.paths)
  const kept = Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
  return { ...document, components: { ...components, schemas: kept } }
}

const namesIn = (part: unknown) =>
  (JSON.stringify(part ?? null).match(/"#\/components\/schemas\/[^"]+"/g) ?? []).map((reference) =>
    reference.slice('"#/components/schemas/'.length, -1),
  )
