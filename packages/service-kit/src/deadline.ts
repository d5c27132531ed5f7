import { DependencyAway } from './dependency.ts'

/**
 * The result of `work`, or DependencyAway(`what`) after `ms`. Work given as a function gets a signal that is aborted at
 * the deadline; work given as a promise goes on unheard, so it must not leave anything half done.
 */
export async function deadline<T>(
  work: Promise<T> | ((signal: AbortSignal) => Promise<T>),
  ms: number,
  what: string,
): Promise<T> {
  const abort = new AbortController()
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => {
    const away = new DependencyAway(what, new Error(`no answer within ${ms} ms`))
    reject(away)
    abort.abort(away)
  }, ms)
  try {
    return await Promise.race([typeof work === 'function' ? work(abort.signal) : work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
