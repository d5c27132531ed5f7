import fc, { type Arbitrary } from 'fast-check'

/** As much of JSON Schema as our documents use. */
export type Schema = {
  $ref?: string
  type?: string
  enum?: unknown[]
  const?: unknown
  anyOf?: Schema[]
  oneOf?: Schema[]
  allOf?: Schema[]
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  minLength?: number
  maxLength?: number
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  maxItems?: number
  minItems?: number
  format?: string
}

/** Finds what a `$ref` names. */
export type Resolve = (reference: string) => Schema

/** Longer texts say no more, and cost. */
const MOST_TEXT = 200

/** Values that mostly fit the schema, and sometimes do not: half of what is refused is nearly right. */
export function valuesOf(schema: Schema, resolve: Resolve, known: readonly string[]): Arbitrary<unknown> {
  const fitting = fits(schema, resolve, known)
  return fc.oneof({ weight: 9, arbitrary: fitting }, { weight: 1, arbitrary: fc.jsonValue() })
}

function fits(schema: Schema, resolve: Resolve, known: readonly string[]): Arbitrary<unknown> {
  const inner = (part: Schema) => valuesOf(part, resolve, known)
  if (schema.$ref !== undefined) return inner(resolve(schema.$ref))
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices) return fc.oneof(...choices.map(inner))
  switch (schema.type) {
    case 'object':
      return objects(schema, inner)
    case 'array':
      return fc.array(inner(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 5, 12),
      })
    case 'string':
      return strings(schema, known)
    case 'integer':
      return fc.integer({ min: schema.minimum ?? -5, max: Math.min(schema.maximum ?? 1_000, 2 ** 31) })
    case 'number':
      return fc.oneof(fc.integer({ min: 1, max: 100 }), fc.double({ noNaN: true }))
    case 'boolean':
      return fc.boolean()
    case 'null':
      return fc.constant(null)
    default:
      return fc.jsonValue()
  }
}

function objects({ properties = {}, required = [] }: Schema, inner: (part: Schema) => Arbitrary<unknown>) {
  const fields = Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, inner(part)]))
  const whole = fc.record(fields, { requiredKeys: required.filter((name) => name in fields) })
  const surplus = fc.tuple(whole, fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 2 }))
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 1, arbitrary: fc.record(fields, { requiredKeys: [] }) },
    { weight: 1, arbitrary: surplus.map(([known, more]) => ({ ...more, ...known })) },
  )
}

/** Ids that there are among ids that there are not: only with those does a request come further than the first look. */
function strings(
  { minLength = 0, maxLength = MOST_TEXT, format }: Schema,
  known: readonly string[],
): Arbitrary<string> {
  const text = fc.string({ minLength, maxLength: Math.min(maxLength, MOST_TEXT), unit: 'binary' })
  const ids = fc.constantFrom(...known)
  return format === 'uuid'
    ? fc.oneof(ids, fc.uuid(), text)
    : fc.oneof(text, ids, fc.string({ minLength: 1, maxLength: 20 }))
}
