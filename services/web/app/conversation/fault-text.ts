import { FarmgateError } from '@farmgate/client/errors.ts'
import type { ErrorCode } from '@farmgate/contracts/errors.ts'

/** The words for a refusal by its code, or those for any other. */
export function faultText<Code extends string>(
  code: string | undefined,
  texts: Record<Code | 'other', string>,
): string {
  return code !== undefined && isIn(code, texts) ? texts[code] : texts.other
}

/** What is wrong with the photo itself: the same one is refused at each try. */
const FINAL: ReadonlySet<string> = new Set<ErrorCode>([
  'bad_image',
  'image_too_large',
  'too_many_pixels',
  'unsupported_image',
])

/** Whether the same message may be taken at another try. */
export const isWorthRetrying = (code: string | undefined): boolean => code === undefined || !FINAL.has(code)

export const codeOf = (error: unknown): string | undefined => (error instanceof FarmgateError ? error.code : undefined)

const isIn = <Code extends string>(code: string, texts: Record<Code, string>): code is Code =>
  Object.hasOwn(texts, code)
