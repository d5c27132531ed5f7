import { z } from 'zod'

/** Postgres stores no NUL and UTF-8 no lone surrogate: both are refused at the border. */
const isStorable = (text: string): boolean => text.isWellFormed() && !text.includes('\0')

/** Code points: what a reader counts as characters, near enough. */
const lengthOf = (text: string): number => {
  let length = 0
  for (const _ of text) length++
  return length
}

const within = (min: number, max: number) => (text: string) =>
  (text.length <= max || (text.length <= 2 * max && lengthOf(text) <= max)) && text.length >= min

/** Text of `min` to `max` characters after trimming, storable as it is. */
export const text = (min: number, max: number) =>
  z
    .string()
    .trim()
    .refine(within(min, max), `must have ${min} to ${max} characters after trimming`)
    .refine(isStorable, 'must be well-formed Unicode without NUL')

/** A client's own id of a message: 1 to 64 characters, stored as they are. */
export const clientMessageId = z
  .string()
  .min(1)
  .max(64)
  .refine(isStorable, 'must be well-formed Unicode without NUL')
  .meta({ description: "The sender's own id of this message; the same one again is the same message for ever" })

/** RFC 3339 in UTC with milliseconds. */
export const time = z.iso.datetime({ precision: 3 })

/** The number of a message, a change or an event in its room: 0 is before the first. */
export const position = z.int().min(0)

/** A whole number in a query: digits and nothing else. What JavaScript would also read (`1e1`, ` 5`, nothing) is refused. */
export const queryNumber = <Schema extends z.ZodType>(number: Schema) =>
  z.preprocess((text) => (typeof text === 'string' && /^\d{1,16}$/.test(text) ? Number(text) : text), number)
export const queryPosition = queryNumber(z.int().min(0).max(Number.MAX_SAFE_INTEGER))

/** Whitespace and control characters vanish inside `new URL`: a URL that holds one is not what it seems. */
const HIDDEN = /[\s\p{Cc}]/u
const LOCALHOST = new Set(['localhost', '127.0.0.1', '[::1]'])

function isImageUrl(value: string): boolean {
  if (HIDDEN.test(value) || !URL.canParse(value)) return false
  const url = new URL(value)
  const scheme = url.protocol === 'https:' || (url.protocol === 'http:' && LOCALHOST.has(url.hostname))
  return scheme && url.username === '' && url.password === '' && url.hostname !== ''
}

/** An https URL (http on localhost only) without credentials, at most 2,048 characters. Never fetched by a server. */
export const imageUrl = z
  .string()
  .max(2048)
  .refine(isStorable, 'must be well-formed Unicode without NUL')
  .refine(isImageUrl, 'must be an https URL without credentials')
  .meta({ format: 'uri' })

/** The W3C trace context of what caused this, where it is traced. Another one than we know is no reason to refuse. */
export const traceparent = z.string().max(256)
