import { DependencyAway } from './dependency.ts'

/**
 * The result of `work`, or DependencyAway(`what`) after `ms`. The work goes on unheard then, so it must not leave anything
 * half done.
 */
export async function deadline<T>(work: Promise<T>, ms: number, what: string): Promise<T> {
  const { promise: tooLate, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new DependencyAway(what, new Error(`no answer within ${ms} ms`))), ms)
  try {
    return await Promise.race([work, tooLate])
  } finally {
    clearTimeout(timer)
  }
}
