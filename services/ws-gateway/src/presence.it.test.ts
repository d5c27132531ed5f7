import { createLog } from '@farmgate/service-kit/log.ts'
import { startPulse } from '@farmgate/streams/pulse.ts'
import { openRedis } from '@farmgate/streams/redis.ts'
import { testRedis } from '@farmgate/testing/redis.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect, it, vi } from 'vitest'
import { startClock } from './clock.ts'
import { Hub } from './hub.ts'
import { openPresence } from './presence.ts'
import { openSignals } from './signals.ts'
import type { WatchedRoom } from './watched-room.ts'

it('believes what it hears rather than what it read before, also where two read the same', async () => {
  await using opened = new AsyncDisposableStack()
  const closing = <T extends { close(): Promise<void> }>(part: T): T => opened.adopt(part, (it) => it.close())
  const log = createLog('test', 'silent')
  const redis = closing(openRedis(closing(await testRedis()).url, { log, name: 'test' }))
  const pulse = closing(startPulse({ redis, log, everyMs: 50 }))
  await until(() => pulse.state === 'up')
  const hub = new Hub(() => undefined)
  const signals = openSignals({ redis, pulse, log })
  const presence = closing(openPresence({ redis, pulse, log, clock: closing(startClock()), hub, signals }))
  const id = crypto.randomUUID()
  await redis.mset('farmgate:gateway:other', '1')
  await redis.hset(`farmgate:presence:{${id}}`, 'other:f-1', '1', 'other:c-1', '1')

  const hkeys = redis.hkeys.bind(redis)
  const answers = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const asked = vi.spyOn(redis, 'hkeys').mockImplementation(async (key) => {
    const answer = answers[asked.mock.calls.length - 1]
    const fields = await hkeys(key)
    await answer?.promise
    return fields
  })
  // A room that was left, and one that is entered anew, while the first is still asking.
  const rooms: WatchedRoom[] = [hub.room(id), new Hub(() => undefined).room(id)]
  const [first, second] = rooms.map((room) => presence.known(room))
  await until(() => asked.mock.calls.length === 2)
  answers[0]?.resolve()
  await first
  const room = rooms[1]
  if (!room) throw new Error('there are two')
  presence.heard(room, 'other', 'f-1', false, new Date().toISOString())
  answers[1]?.resolve()
  await second
  expect(presence.online(room)).toEqual(['c-1'])
})
