/** pg_type: oids of the built-in arrays of which we know how to write an element; they are the same everywhere. */
const ARRAYS = {
  bool: 1000,
  int2: 1005,
  int4: 1007,
  text: 1009,
  varchar: 1015,
  int8: 1016,
  float4: 1021,
  float8: 1022,
  timestamptz: 1185,
  numeric: 1231,
  uuid: 2951,
}

/**
 * Arrays as parameters, for the driver's option `types`. The driver would ask each new connection for them, and a
 * connection that is cut while it answers that question ends the process. What comes back stays Postgres's text: select
 * arrays as JSON.
 */
export const arrayTypes = Object.fromEntries(
  Object.entries(ARRAYS).map(([name, oid]) => [name, { to: oid, from: [], serialize: arrayLiteral, parse: String }]),
)

/** An array of what needs no quotes, uuids or numbers, as its literal: joined, where else each would be looked at. */
export const plainArray = (items: readonly (string | number)[]): string => `{${items.join(',')}}`

/** `{"a","b",null}`. A string passes: it is a literal already. */
function arrayLiteral(items: unknown): string {
  return Array.isArray(items) ? `{${items.map(element).join(',')}}` : String(items)
}

function element(item: unknown): string {
  if (item === null) return 'null'
  if (item === undefined) throw new Error('undefined stands for no value in an array')
  if (Array.isArray(item)) return arrayLiteral(item)
  const text = item instanceof Date ? item.toISOString() : String(item)
  return `"${text.replace(/["\\]/g, '\\$&')}"`
}
