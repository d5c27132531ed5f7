import type { User } from '@farmgate/service-kit/auth.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

/** The caller's id. The marketplace's own backend (`role: service`) may not read or write messages: `forbidden`. */
export function callerOf(user: User): string {
  if (user.isService) throw new Refusal('forbidden', 'The marketplace may not read or write messages.')
  return user.id
}
