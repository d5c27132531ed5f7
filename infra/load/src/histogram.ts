/** Neighbouring buckets differ by this factor: a percentile is right to 2 %. */
const STEP = 1.02
const SMALLEST_MS = 0.01

export type Summary = { count: number; p50: number; p90: number; p99: number; p999: number; max: number }
export type Histogram = ReturnType<typeof createHistogram>

/** Durations in ms, any number of them in a few kilobytes. */
export function createHistogram() {
  const buckets = new Map<number, number>()
  let count = 0
  let max = 0

  /** The smallest duration that `share` (0 to 1) of all do not exceed; NaN where there is none. */
  function percentile(share: number): number {
    if (count === 0) return Number.NaN
    let left = Math.max(1, Math.ceil(count * share))
    for (const index of [...buckets.keys()].toSorted((a, b) => a - b)) {
      left -= buckets.get(index) ?? 0
      if (left <= 0) return Math.min(max, SMALLEST_MS * STEP ** (index + 0.5))
    }
    return max
  }

  return {
    record(ms: number): void {
      const index = Math.max(0, Math.floor(Math.log(ms / SMALLEST_MS) / Math.log(STEP)))
      buckets.set(index, (buckets.get(index) ?? 0) + 1)
      count++
      if (ms > max) max = ms
    },
    percentile,
    summary: (): Summary => ({
      count,
      p50: round(percentile(0.5)),
      p90: round(percentile(0.9)),
      p99: round(percentile(0.99)),
      p999: round(percentile(0.999)),
      max: round(max),
    }),
  }
}

const round = (ms: number) => Math.round(ms * 100) / 100
