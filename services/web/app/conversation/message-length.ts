/** As `MAX_BODY` of the contracts, which the browser does not load for one number. */
const MAX_BODY = 4000

/** Characters that a message may still take, negative when it has too many; counted as the server does: trimmed, by code points. */
export function charactersLeft(text: string): number {
  let left = MAX_BODY
  for (const _ of text.trim()) left--
  return left
}
