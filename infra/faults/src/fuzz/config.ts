/** How often each property is tried: 500 times in `npm test`, 10,000 times by `npm run fuzz`. */
export const RUNS = Number(process.env.FUZZ_RUNS ?? 500)

/** Each try is some milliseconds; a machine may be busy. */
export const WITHIN_MS = 60_000 + RUNS * 100
