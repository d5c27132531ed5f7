/** SQLSTATE of an error of postgres.js, where it has one. */
const codeOf = (error: unknown): unknown => (error instanceof Error && 'code' in error ? error.code : undefined)

/** `lock_timeout` ran out: someone else keeps the row. */
export const isLocked = (error: unknown): boolean => codeOf(error) === '55P03'

/** A unique index refused the row: a twin of it was committed after our snapshot was taken. */
export const isTwin = (error: unknown): boolean => codeOf(error) === '23505'
