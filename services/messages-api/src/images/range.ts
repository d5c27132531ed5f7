import type { Range } from './store.ts'

type Asked = { range?: string | undefined; 'if-range'?: string | undefined }

/**
 * The part of `bytes` bytes that a request wants (RFC 9110): nothing where it wants the whole, where its copy is of
 * another state, or where it asks for several parts at once.
 */
export function rangeOf(headers: Asked, bytes: number, etag: string): Range | 'unsatisfiable' | undefined {
  if (headers['if-range'] !== undefined && headers['if-range'] !== etag) return undefined
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? '') ?? []
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined
  const from = first === '' ? Math.max(0, bytes - Number(last)) : Number(first)
  const to = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1)
  if (first !== '' && last !== '' && Number(last) < from) return undefined
  return from > to ? 'unsatisfiable' : { from, to }
}

/** Whether a request has this already: one of several, or any. */
export const hasIt = (ifNoneMatch: string | undefined, etag: string): boolean =>
  (ifNoneMatch ?? '').split(',').some((each) => ['*', etag, `W/${etag}`].includes(each.trim()))
