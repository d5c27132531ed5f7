import { survivorBytes } from '@farmgate/testing/survivors.ts'
import { expect, test } from 'vitest'
import { openRig } from './rig.fixture.ts'

test('what a command said and was answered dies young (infra/patches)', async () => {
  const rig = await openRig()
  await rig.redis.set('a', 'x'.repeat(16_000))
  expect(await survivorBytes(300, () => rig.redis.get('a'))).toBeLessThan(1_500_000)
  await rig.close()
})
