import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { openMarket } from '@farmgate/test/e2e/market.ts'
import { RoomClient } from '@farmgate/test/e2e/room-client.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { alertRules, panelQueries, seriesOf, wantedBy } from './queries.ts'

/* Every metric that the dashboard and the alerts ask for is one that a running service tells, with those labels. */

let stack: Stack
const told = new Map<string, Set<string>>()

beforeAll(async () => {
  stack = await startStack()
  await haveTraffic()
  for (const name of ['rooms-api', 'messages-api', 'ws-gateway'] as const)
    for (const [series, labels] of await scrape(name))
      told.set(series, new Set([...(told.get(series) ?? []), ...labels]))
})
afterAll(() => stack.close())

/** Labels stand only on what has happened: a message, a join, a close. */
async function haveTraffic() {
  const market = openMarket(stack)
  await market.offer('f-1', 'p-1')
  const { body: room } = await market.checkOut('c-1', 'f-1', 'p-1')
  const client = new RoomClient(stack.wsUrl, room.room_id, 'c-1')
  client.send('Friday?')
  await until(() => client.unsettled === 0)
  await client.close()
  const stranger = new WebSocket(`${stack.wsUrl}/ws/chat/${room.room_id}/`, ['farmgate.v1'])
  await new Promise((resolve) => stranger.addEventListener('close', resolve))
}

const scrape = async (name: 'rooms-api' | 'messages-api' | 'ws-gateway') =>
  seriesOf(await (await fetch(`${stack.urls[name]}/metrics`)).text())

test.each([...panelQueries(), ...alertRules().map(({ alert, expr }) => ({ asker: alert, expr }))])(
  '$asker',
  ({ expr }) => {
    for (const { name, labels } of wantedBy(expr)) {
      expect([...told.keys()]).toContain(name)
      expect([...(told.get(name) ?? [])]).toEqual(expect.arrayContaining(labels))
    }
  },
)
