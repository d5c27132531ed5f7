import type { MAX_BODY } from '@farmgate/contracts/messages.ts'
import { FarmgateError } from '../errors.ts'

/** Of the contract, whose schemas stay out of the bundle: another number there does not compile here. */
const LONGEST: typeof MAX_BODY = 4000
const MOST_IMAGES = 10

export type Content = { body: string; images?: readonly Blob[] }

/**
 * What may be sent, trimmed: 1 to 4,000 characters, or none with an image; at most 10 images. Throws `invalid_body`, as
 * the server would; too many such frames would end the connection for good.
 */
export function checked({ body, images = [] }: Content): Required<Content> {
  const text = body.trim()
  if (text === '' && images.length === 0) throw invalid('must have text, or at least one image')
  if ([...text].length > LONGEST) throw invalid(`must have at most ${LONGEST} characters`)
  if (!text.isWellFormed() || text.includes('\0')) throw invalid('must be well-formed Unicode without NUL')
  if (images.length > MOST_IMAGES) throw invalid(`must have at most ${MOST_IMAGES} images`)
  return { body: text, images }
}

const invalid = (detail: string) => new FarmgateError({ status: 400, code: 'invalid_body', detail })
