/** As the API takes it: above zero, a million at most, three decimals. */
export const isQuantity = (value: number): boolean =>
  value > 0 && value <= 1_000_000 && Number(value.toFixed(3)) === value

/** One step up or down, on the grid of steps, and never to nothing: 0.7 with steps of 0.5 becomes 1 or 0.5. */
export function stepped(value: number, step: number, direction: 1 | -1): number {
  const from = Number.isFinite(value) ? value / step : 0
  const next = direction === 1 ? Math.floor(from + 1e-9) + 1 : Math.ceil(from - 1e-9) - 1
  return Number((Math.max(1, next) * step).toFixed(3))
}

/**
 * What was typed, with a comma or a point; NaN where it is no number. `point` is the language's own: behind the other one
 * three digits may be thousandths as well as the rest of a thousand, so that they are no number, either.
 */
export function readQuantity(text: string, point: string): number {
  const [, whole, mark = point, decimals = ''] = /^\s*(\d+)(?:([.,])(\d*))?\s*$/.exec(text) ?? []
  const isUnclear = mark !== point && decimals.length === 3
  return whole === undefined || isUnclear ? Number.NaN : Number(`${whole}.${decimals}`)
}
