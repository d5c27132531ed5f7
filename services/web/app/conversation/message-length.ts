/** As `MAX_BODY` of the contracts, which the browser does not load for one number. */
const MAX_BODY = 4000

/** Characters that a message may still take, negative when it has too many; counted as the server does: trimmed, by code points. */
export function charactersLeft(text: string): number {
  let left = MAX_BODY
  for (const _ of text.trim()) left--
  return left
}

/** Down to these many characters left one is told; -1 is too many of them. */
const MARKS = [-1, 0, 10, 20, 50, 100, 200]

/** The mark that was passed last; undefined while the limit is far. */
export const markOf = (left: number): number | undefined => MARKS.find((mark) => left <= mark)
