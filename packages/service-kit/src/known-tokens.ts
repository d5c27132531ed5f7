import type { User } from './auth.ts'

/** A process that serves more users than this in an hour begins anew: some 5 MB. */
const MOST = 10_000

export type KnownTokens = ReturnType<typeof knowTokens>

/**
 * Tokens that were found good, and whose they are, so that a user who asks again is not checked again. Only the whole
 * token is known, and only before its `exp`: then it is checked as if it were new. For tokens by secret: the key of a key
 * set may be taken back, which only a check finds out.
 */
export function knowTokens({ most = MOST, now = Date.now }: { most?: number; now?: () => number } = {}) {
  const users = new Map<string, User>()
  return {
    userOf(token: string): User | undefined {
      const user = users.get(token)
      return user && now() < user.exp * 1_000 ? user : undefined
    },
    learn(token: string, user: User): void {
      if (users.size >= most) users.clear()
      users.set(token, user)
    },
  }
}
