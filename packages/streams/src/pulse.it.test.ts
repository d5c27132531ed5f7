import { until } from '@farmgate/testing/until.ts'
import { afterEach, expect, test } from 'vitest'
import { startPulse } from './pulse.ts'
import { openRedis } from './redis.ts'
import { openRig, type Rig, untilUp } from './rig.fixture.ts'
import { onCluster } from './shared-cluster.fixture.ts'

let rig: Rig
afterEach(() => rig.close())

function listen({ pulse }: Pick<Rig, 'pulse'>): string[] {
  const heard: string[] = []
  pulse.onLoss(() => heard.push('loss'))
  pulse.onBack(() => heard.push('back'))
  pulse.onAway(() => heard.push('away'))
  return heard
}

const pulses = (said: string[]) => said.filter((event) => event.startsWith('pulse.'))

test('a process that starts knows of no loss', async () => {
  rig = await openRig()
  expect(pulses(rig.said)).toEqual(['pulse.back'])
  expect(rig.pulse.state).toBe('up')
})

test('another process after kill -9 is a loss, told once, with the data kept or without', async () => {
  rig = await openRig()
  const heard = listen(rig)
  rig.server.kill('SIGKILL')
  await until(() => rig.pulse.state === 'away')
  await rig.server.restart()
  await until(() => heard.includes('back'))
  expect(heard).toEqual(['away', 'loss', 'back'])

  await rig.server.restartEmpty()
  await until(() => heard.length === 6)
  expect(heard.slice(3)).toEqual(['away', 'loss', 'back'])
})

test('FLUSHALL is a loss, told once to each of two processes', async () => {
  rig = await openRig()
  const redis = rig.own(openRedis(rig.server.url, { log: rig.log, name: 'second' }))
  const second = rig.own(startPulse({ redis, log: rig.log, everyMs: 50 }))
  await untilUp(second)
  const heard = [listen(rig), listen({ pulse: second })]
  await rig.onNodes((node) => node.flushall())
  await until(() => heard.every((events) => events.length > 0))
  await rig.onNodes((node) => node.config('RESETSTAT'))
  await until(async () => Number(/cmdstat_set:calls=(\d+)/.exec(await rig.redis.info('commandstats'))?.[1]) > 4)
  // Three nodes are not flushed in one moment: what is seen between two of them is a loss of its own.
  const told = onCluster ? heard.map((events) => [...new Set(events)]) : heard
  expect(told).toEqual([['loss'], ['loss']])
})

test('a black-holed Redis is away within 3 s, and back without a loss', async () => {
  rig = await openRig()
  const heard = listen(rig)
  rig.server.pause()
  await until(() => rig.pulse.state === 'away', { within: 3_000 })
  rig.server.resume()
  await until(() => rig.pulse.state === 'up')
  expect(heard).toEqual(['away', 'back'])
})

test('a full Redis is away, and back without a loss', async () => {
  rig = await openRig()
  const heard = listen(rig)
  await rig.onNodes((node) => node.config('SET', 'maxmemory', '1'))
  await until(() => rig.pulse.state === 'away')
  await rig.onNodes((node) => node.config('SET', 'maxmemory', '0'))
  await until(() => rig.pulse.state === 'up')
  expect(heard).toEqual(['away', 'back'])
})

test('a suspicion counts at once and lasts until a check passes', async () => {
  rig = await openRig()
  const heard = listen(rig)
  rig.pulse.suspect()
  expect(rig.pulse.state).toBe('away')
  await until(() => rig.pulse.state === 'up')
  expect(heard).toEqual(['away', 'back'])
})

test('one failing listener does not keep the news from the others', async () => {
  rig = await openRig()
  rig.pulse.onAway(() => {
    throw new Error('bad listener')
  })
  const heard = listen(rig)
  rig.pulse.suspect()
  expect(heard).toEqual(['away'])
  expect(rig.said).toContain('pulse.listener_failed')
})
