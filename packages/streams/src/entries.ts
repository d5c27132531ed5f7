/** An entry as Redis gives it: fields flat (name, value, name, value …), never copied. */
export type RawEntry = [id: string, fields: string[]]

/** What XREAD and XREADGROUP answer; nothing came: null. */
export type StreamReply = [key: string, entries: RawEntry[]][] | null

/** Fields by name. Without a prototype: a field called __proto__ is a field like any other. */
export type Fields = Readonly<Record<string, string>>

/** One field of a flat list; the list is short, so looking is cheaper than building an object. */
export function field(fields: readonly string[], name: string): string | undefined {
  for (let i = 0; i + 1 < fields.length; i += 2) if (fields[i] === name) return fields[i + 1]
  return undefined
}

export function toFields(flat: readonly string[]): Fields {
  const fields: Record<string, string> = Object.create(null)
  for (let i = 0; i + 1 < flat.length; i += 2) fields[flat[i] ?? ''] = flat[i + 1] ?? ''
  return fields
}

export function toFlat(fields: Fields): string[] {
  const flat: string[] = []
  for (const name in fields) flat.push(name, fields[name] ?? '')
  return flat
}

/** The order of entry ids: milliseconds, then a counter; both are 64 bits wide. */
export function isBefore(a: string, b: string): boolean {
  const [aMs, aSeq] = parts(a)
  const [bMs, bSeq] = parts(b)
  return aMs < bMs || (aMs === bMs && aSeq < bSeq)
}

function parts(id: string): [ms: bigint, seq: bigint] {
  const [ms = '0', seq = '0'] = id.split('-')
  return [BigInt(ms), BigInt(seq)]
}
