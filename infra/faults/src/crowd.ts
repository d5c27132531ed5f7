import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import type { Trial } from './fault-case.ts'
import { expectSoon } from './strike.ts'

/** Many who only listen, in the rooms of the load. */
export type Crowd = AsyncDisposable & {
  /** Sockets that have ended since the beginning. */
  lost(): number
  /** Each is connected and welcomed. */
  areAllIn(): boolean
  /** The codes with which they were let go. */
  goodbyes(): number[]
}

export async function openCrowd(trial: Trial, size: number): Promise<Crowd> {
  const { world, load, random } = trial
  const clients = Array.from({ length: size }, () => {
    const { room_id, customer_id } = random.pick(load.conversations)
    return new RoomClient(world.stack.wsUrl, room_id, customer_id)
  })
  const areAllIn = () => clients.every(({ isIn }) => isIn)
  await expectSoon(trial, `${size} are in`, areAllIn, 20_000)
  return {
    areAllIn,
    lost: () => clients.reduce((sum, { closes }) => sum + closes.length, 0),
    goodbyes: () => clients.flatMap(({ goodbyes }) => goodbyes),
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map((client) => client.close()))
    },
  }
}
