import { FarmgateError } from '@farmgate/client/errors.ts'

/** The words for a refusal by its code, or those for any other. */
export function faultText<Code extends string>(
  code: string | undefined,
  texts: Record<Code | 'other', string>,
): string {
  return code !== undefined && isIn(code, texts) ? texts[code] : texts.other
}

export const codeOf = (error: unknown): string | undefined => (error instanceof FarmgateError ? error.code : undefined)

const isIn = <Code extends string>(code: string, texts: Record<Code, string>): code is Code =>
  Object.hasOwn(texts, code)
