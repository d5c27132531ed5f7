import http from 'node:http'
import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { openMarket } from '@farmgate/test/e2e/market.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { RUNS, WITHIN_MS } from './config.ts'
import { type Schema, valuesOf } from './schema-arbitrary.ts'

// OpenAPI drives requests over every operation: no 5xx, and every answer is one of those that the document declares.

type Media = { content?: Record<string, { schema: Schema }> }
type Operation = {
  parameters?: { name: string; in: 'path' | 'query' | 'header'; required?: boolean; schema: Schema }[]
  requestBody?: Media
  responses: Record<string, Media>
}
type Document = { paths: Record<string, Record<string, Operation>>; components?: { schemas?: Record<string, Schema> } }

let stack: Stack
let known: string[]
const documents = new Map<string, Document>()
beforeAll(async () => {
  stack = await startStack()
  const market = openMarket(stack)
  await market.offer('bo', 'tomatoes')
  const { room_id } = (await market.checkOut('ada', 'bo', 'tomatoes')).body
  const { results } = (await market.page('ada', room_id)).body
  known = [room_id, 'ada', 'bo', 'tomatoes', ...results.map(({ message_id }) => message_id)]
  for (const service of SERVICES)
    documents.set(service, (await (await fetch(`${stack.urls[service]}/openapi.json`)).json()) as Document)
})
afterAll(() => stack.close())

const SERVICES = ['rooms-api', 'messages-api'] as const
/** Uploads are forms and images are bytes: neither is what a schema of JSON can make or check. */
const OPERATIONS: Record<(typeof SERVICES)[number], [method: string, path: string][]> = {
  'rooms-api': [
    ['post', '/chat/rooms/'],
    ['get', '/chat/rooms/'],
    ['get', '/chat/rooms/{room_id}/'],
    ['patch', '/chat/rooms/{room_id}/'],
    ['put', '/catalog/users/{user_id}/'],
    ['get', '/catalog/users/{user_id}/'],
    ['put', '/catalog/products/{product_id}/'],
    ['get', '/catalog/products/{product_id}/'],
  ],
  'messages-api': [
    ['get', '/chat/messages/'],
    ['post', '/chat/messages/'],
    ['get', '/chat/messages/{message_id}/'],
    ['patch', '/chat/messages/{message_id}/'],
    ['delete', '/chat/messages/{message_id}/'],
    ['post', '/chat/messages/read/'],
  ],
}

const runs = Math.ceil(RUNS / Object.values(OPERATIONS).flat().length)

describe.each(SERVICES)('%s', (service) => {
  it('every operation of its document is tried', () => {
    const { paths } = documentOf(service)
    const declared = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    )
    const isJson = (operation: string) => !operation.includes('/chat/images/')
    expect(OPERATIONS[service].map((it) => it.join(' ')).sort()).toEqual(declared.filter(isJson).sort())
  })

  it.each(OPERATIONS[service])('%s %s', { timeout: WITHIN_MS }, async (method, path) => {
    const document = documentOf(service)
    const operation = document.paths[path]?.[method]
    if (!operation) throw new Error('it is not in the document')
    const check = checksOf(document, operation)
    const property = fc.asyncProperty(requestsTo(document, operation), async (request) => {
      const answer = await ask(service, method, path, request)
      expect(answer.status, answer.text).toBeLessThan(500)
      expect(check(answer), `${answer.status} ${answer.text}`).toBe('')
    })
    await fc.assert(property, { numRuns: runs })
  })
})

function documentOf(service: string): Document {
  const document = documents.get(service)
  if (!document) throw new Error(`no document of ${service}`)
  return document
}

type Asked = { parameters: Record<string, unknown>; body: unknown; as: string }

function requestsTo(document: Document, { parameters = [], requestBody }: Operation): fc.Arbitrary<Asked> {
  const resolve = (reference: string) => document.components?.schemas?.[reference.split('/').at(-1) ?? ''] ?? {}
  const values = (schema: Schema) => valuesOf(schema, resolve, known)
  const body = requestBody?.content?.['application/json']?.schema
  return fc.record({
    parameters: fc.record(Object.fromEntries(parameters.map(({ name, schema }) => [name, values(schema)])), {
      requiredKeys: parameters.filter((it) => it.required).map(({ name }) => name),
    }),
    body: body ? values(body) : fc.constant(undefined),
    as: fc.constantFrom('ada', 'ada', 'bo', 'stranger', 'service'),
  })
}

/** Says what is wrong with an answer, by the document; '' where nothing is. */
function checksOf({ components }: Document, { responses }: Operation) {
  const ajv = new Ajv2020({ strict: false, validateFormats: false })
  const checks = new Map<string, ValidateFunction>()
  for (const [status, { content = {} }] of Object.entries(responses))
    for (const [type, { schema }] of Object.entries(content))
      checks.set(`${status} ${type}`, ajv.compile({ ...schema, components }))
  return ({ status, type, text }: Awaited<ReturnType<typeof ask>>) => {
    if (!(String(status) in responses)) return 'its status is not declared'
    if (text === '') return checks.size > 0 && status !== 204 && status !== 304 ? 'it is empty' : ''
    const check = checks.get(`${status} ${type}`)
    if (!check) return `${type} is not declared`
    return check(JSON.parse(text)) ? '' : ajv.errorsText(check.errors)
  }
}

/** A value as it would stand in a URL; an object may have a `toString` that is none. */
const inWords = (value: unknown) => (typeof value === 'object' ? JSON.stringify(value) : String(value))

/** As fetch cannot: paths as they are written, and headers that no browser would send. */
function ask(service: (typeof SERVICES)[number], method: string, template: string, { parameters, body, as }: Asked) {
  const at = (name: string) => encodeURIComponent(inWords(parameters[name] ?? ''))
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => at(name))
  const query = new URLSearchParams(
    Object.entries(parameters).flatMap(([name, value]) =>
      template.includes(`{${name}}`) ? [] : [[name, inWords(value)] as [string, string]],
    ),
  )
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const { hostname, port } = new URL(stack.urls[service])
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; type: string; text: string }>()
  const asked = http.request({
    hostname,
    port,
    method: method.toUpperCase(),
    path: `${path}${query.size > 0 ? `?${query}` : ''}`,
    headers: {
      authorization: `Bearer ${as === 'service' ? serviceToken() : token(as)}`,
      ...(payload !== undefined && {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(payload),
      }),
    },
  })
  asked.on('error', reject)
  asked.on('response', (answer) => {
    const parts: Buffer[] = []
    answer.on('data', (part: Buffer) => parts.push(part))
    answer.on('end', () => {
      const [type = ''] = (answer.headers['content-type'] ?? '').split(';')
      resolve({ status: answer.statusCode ?? 0, type, text: Buffer.concat(parts).toString() })
    })
  })
  asked.end(payload)
  return promise
}
