import type { Person } from './session.ts'

export type Proof = { token: string; person: Person }

/**
 * Gives tokens of this person only. Where somebody else has signed in meanwhile, in another window, `become` is told: their
 * session is another one, and what this one has written must not go out in their name.
 */
export const tokensOf =
  (person: Person, ask: () => Promise<Proof>, become: (person: Person) => void) => async (): Promise<string> => {
    const proof = await ask()
    if (proof.person.user_id === person.user_id) return proof.token
    become(proof.person)
    throw new Error('somebody else has signed in')
  }
