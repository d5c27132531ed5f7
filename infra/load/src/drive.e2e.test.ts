import { startStack } from '@farmgate/stack/stack.ts'
import { TEST_SECRET } from '@farmgate/testing/tokens.ts'
import { expect, onTestFinished, test } from 'vitest'
import { drive } from './drive.ts'
import { atUrl } from './target.ts'

test('a gateway that goes down in the middle costs its sockets a reconnect, and no message anything', async () => {
  const stack = await startStack({ instances: { 'ws-gateway': 2 } })
  onTestFinished(() => stack.close())
  const [victim] = stack.services['ws-gateway']
  if (!victim) throw new Error('there is no gateway')
  let revived: Promise<void> | undefined
  const driven = await drive({
    target: atUrl(stack.url, TEST_SECRET),
    rooms: 6,
    rate: 40,
    warmupMs: 500,
    durationMs: 4_000,
    lingerMs: 20_000,
    onMeasuring: () => {
      revived = stack.revive(victim)
    },
  })
  await revived
  expect(driven).toMatchObject({ lost: 0, unacked: 0, doubled: 0, reordered: 0 })
  expect(driven.acked).toBe(driven.sent - driven.refused)
  expect(driven.deliver.count).toBeGreaterThan(0)
  expect(driven.seconds).toHaveLength(4)
})
