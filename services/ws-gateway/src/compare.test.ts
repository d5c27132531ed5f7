import { positionsBody } from '@farmgate/contracts/internal-messages.ts'
import { createLog } from '@farmgate/service-kit/log.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect, it } from 'vitest'
import { comparePositions } from './compare.ts'
import { Hub } from './hub.ts'

const never = () => () => undefined
const pulse: Pulse = {
  state: 'up',
  ready: Promise.resolve(),
  suspect: () => undefined,
  onLoss: never,
  onBack: never,
  onAway: never,
  close: async () => undefined,
}

it('comes round to every room, also where a round lasts as long as all of them should', async () => {
  const hub = new Hub(() => undefined)
  const ids = Array.from({ length: 50 }, () => crypto.randomUUID())
  for (const id of ids) hub.room(id).gate.open(0)
  const compared = new Set<string>()
  const hearers: (() => void)[] = []
  const clock = { ticks: 0, onTick: (hear: () => void) => void hearers.push(hear), close: async () => undefined }
  let answer: () => void = () => undefined
  let rounds = 0
  comparePositions({
    hub,
    log: createLog('test', 'silent'),
    pulse,
    clock,
    messagesApi: {
      get: () => Promise.reject(new Error('nobody asks for that')),
      async post(_path, body, { schema }) {
        for (const id of positionsBody.parse(body).room_ids) compared.add(id)
        rounds++
        await new Promise<void>((resolve) => {
          answer = resolve
        })
        return schema?.parse({ positions: [] }) ?? Promise.reject(new Error('no schema'))
      },
      close: async () => undefined,
    },
  })
  for (let round = 1; round <= 6; round++) {
    for (let tick = 1; tick <= 5; tick++) {
      clock.ticks++
      for (const hear of hearers) hear()
    }
    await until(() => rounds >= round)
    answer()
  }
  expect([...compared].sort()).toEqual(ids.sort())
})
