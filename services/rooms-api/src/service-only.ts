import type { User } from '@farmgate/service-kit/auth.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

/** The catalog is between the marketplace and us. Throws Refusal `service_only`. */
export function serviceOnly(user: User): void {
  if (!user.isService) throw new Refusal('service_only')
}
