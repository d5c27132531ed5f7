/** Where this package says what happened: the event's name, its facts as fields. A pino logger is one. */
export type Log = Record<'debug' | 'info' | 'warn' | 'error', (fields: object, event: string) => void>

/**
 * An error as log fields: its name, its code and the place it came from, never its message. Messages of parsers
 * and databases quote what they stumbled over, and that may be what somebody wrote in confidence.
 */
export function errorFields(error: unknown): { error: string; code?: string; at?: string } {
  if (!(error instanceof Error)) return { error: typeof error }
  const at = /^\s+at (.+)$/m.exec(error.stack ?? '')?.[1]
  return {
    error: error.name,
    ...('code' in error && typeof error.code === 'string' && { code: error.code }),
    ...(at !== undefined && { at }),
  }
}
