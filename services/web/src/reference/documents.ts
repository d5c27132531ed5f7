import { z } from 'zod'

const text = z.string().catch('')
const named = z.looseObject({
  name: z.string().optional(),
  title: z.string().optional(),
  summary: text.optional(),
  description: text.optional(),
})

const schemaPart = z.record(z.string(), z.unknown())
const content = z.record(z.string(), z.looseObject({ schema: schemaPart.optional() })).optional()

const operation = z.looseObject({
  summary: z.string().optional(),
  description: z.string().optional(),
  tags: z.array(z.string()).optional(),
  security: z.array(z.unknown()).optional(),
  parameters: z
    .array(
      z.looseObject({
        name: z.string(),
        in: z.string(),
        required: z.boolean().optional(),
        description: z.string().optional(),
        schema: schemaPart.optional(),
      }),
    )
    .optional(),
  requestBody: z.looseObject({ content }).optional(),
  responses: z.record(z.string(), z.looseObject({ description: text, content })).optional(),
})
type Operation = z.output<typeof operation>

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const

/** As much of an OpenAPI document as the reference shows. */
const openApi = z.looseObject({
  info: named,
  paths: z.record(z.string(), z.looseObject(Object.fromEntries(METHODS.map((name) => [name, operation.optional()])))),
  components: z.looseObject({ schemas: z.record(z.string(), schemaPart).optional() }).optional(),
})

/** As much of an AsyncAPI document as the reference shows. */
const asyncApi = z.looseObject({
  info: named,
  channels: z.record(
    z.string(),
    z.looseObject({ address: z.string().nullish(), title: text.optional(), description: text.optional() }),
  ),
  operations: z.record(z.string(), z.looseObject({ action: text.optional(), summary: text.optional() })).optional(),
  components: z
    .looseObject({
      schemas: z.record(z.string(), schemaPart).optional(),
      messages: z.record(z.string(), named.extend({ payload: schemaPart.optional() })).optional(),
    })
    .optional(),
  'x-close-codes': z.array(z.object({ code: z.number(), why: text, client: text })).catch([]),
})

export type AsyncApi = z.output<typeof asyncApi>
export type Listed = { method: string; path: string; operation: Operation }

/** The operations of an OpenAPI document in its own order, and its named schemas; nothing where it is away or odd. */
export function readOpenApi(document: unknown) {
  const result = openApi.safeParse(document)
  if (!result.success) return undefined
  const operations = Object.entries(result.data.paths).flatMap(([path, item]) =>
    METHODS.flatMap((method): Listed[] => {
      const found = operation.safeParse(item[method])
      return found.success ? [{ method: method.toUpperCase(), path, operation: found.data }] : []
    }),
  )
  return { info: result.data.info, operations, schemas: result.data.components?.schemas ?? {} }
}

export const readAsyncApi = (document: unknown): AsyncApi | undefined => asyncApi.safeParse(document).data
