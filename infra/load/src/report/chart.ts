/** Lines over an axis that begins at its smallest x; y begins at 0. */
export type Chart = {
  title: string
  x: string
  y: string
  lines: readonly { name: string; points: readonly (readonly [x: number, y: number])[] }[]
}

const WIDTH = 760
const HEIGHT = 260
const LEFT = 60
const BOTTOM = 40
const TOP = 24
const TICKS = 5
const COLOURS = ['#2f6f4f', '#c2571a', '#3b5ba5', '#8a3b8f', '#6b6b6b']

/** A chart as SVG, complete in itself. */
export function drawChart({ title, x, y, lines }: Chart): string {
  const all = lines.flatMap(({ points }) =>
    points.filter(([at, value]) => Number.isFinite(at) && Number.isFinite(value)),
  )
  if (all.length === 0) return ''
  const [least, most] = [Math.min(...all.map(([at]) => at)), Math.max(...all.map(([at]) => at))]
  const highest = roundUp(Math.max(...all.map(([, value]) => value)))
  const toX = (at: number) => LEFT + ((at - least) / (most - least || 1)) * (WIDTH - LEFT - 20)
  const toY = (value: number) => HEIGHT - BOTTOM - (value / highest) * (HEIGHT - BOTTOM - TOP)
  const parts = [
    ...ticks(0, highest).map(
      (value) =>
        `<line x1="${LEFT}" x2="${WIDTH - 20}" y1="${toY(value)}" y2="${toY(value)}" stroke="#ddd"/>` +
        `<text x="${LEFT - 8}" y="${toY(value) + 4}" text-anchor="end">${short(value)}</text>`,
    ),
    ...ticks(least, most).map(
      (at) => `<text x="${toX(at)}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${short(at)}</text>`,
    ),
    ...lines.map(({ name, points }, n) => {
      const colour = COLOURS[n % COLOURS.length]
      const path = points.map(([at, value]) => `${toX(at).toFixed(1)},${toY(value).toFixed(1)}`).join(' ')
      return (
        `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>` +
        `<text x="${LEFT + 10 + n * 120}" y="14" fill="${colour}">${escapeText(name)}</text>`
      )
    }),
    `<text x="${WIDTH - 20}" y="${HEIGHT - 6}" text-anchor="end">${escapeText(x)}</text>`,
    `<text x="4" y="14">${escapeText(y)}</text>`,
  ]
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeText(title)}">${parts.join('')}</svg>`
}

const ticks = (from: number, to: number) =>
  Array.from({ length: TICKS + 1 }, (_, n) => from + ((to - from) * n) / TICKS)

/** 1, 2 or 5 times a power of ten, at or above the value. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value || 1))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value
}

const short = (value: number) => Number(value.toPrecision(3)).toLocaleString('en')

export const escapeText = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)
