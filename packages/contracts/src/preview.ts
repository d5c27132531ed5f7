const MAX_POINTS = 100

/**
 * The beginning of a body on one line, as a card shows it: runs of whitespace become one space; of more than 100 code
 * points the first 100 and '…' remain. A surrogate pair is never cut.
 */
export function previewOf(body: string): string {
  const line = body.replace(/\s+/g, ' ')
  if (line.length <= MAX_POINTS) return line
  // 100 code points lie within the first 200 units: a long body is not spread in full.
  const points = [...line.slice(0, 2 * MAX_POINTS + 2)]
  return points.length <= MAX_POINTS ? line : `${points.slice(0, MAX_POINTS).join('')}…`
}
