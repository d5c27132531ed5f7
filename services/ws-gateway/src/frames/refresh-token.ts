import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import type { User } from '@farmgate/service-kit/auth.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { Connection } from '../connection.ts'

export type VerifyToken = (token: string) => Promise<User>

type Who = { connection: Connection; userId: string }

/**
 * A later token of the same user lets the socket live on. A bad token, or another user's, closes it with 4401: whoever
 * holds it is not who came in.
 */
export function refreshToken(verifyToken: VerifyToken) {
  const refresh = async ({ connection, userId }: Who, token: string): Promise<void> => {
    try {
      const user = await verifyToken(token)
      if (user.id !== userId || user.isService) return connection.close('unauthorized')
      if (!connection.extendUntil(user.exp)) connection.refuse('bad_request', 'exp must be later than it was')
    } catch (error) {
      if (isDependencyAway(error)) connection.refuse('unavailable', undefined)
      else connection.close('unauthorized')
    }
  }
  return (who: Who, { token }: RoomClientFrames['token.refresh']): void => void refresh(who, token)
}
