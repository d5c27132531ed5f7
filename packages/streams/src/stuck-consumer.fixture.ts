import { startConsumer } from './consume.ts'
import { listeningLog } from './listening-log.fixture.ts'
import { startPulse } from './pulse.ts'
import { openRedis } from './redis.ts'

// A process of its own that reads everything and never ends its work: it is there to be killed.
const [, , url = ''] = process.argv
const { log } = listeningLog()
const redis = openRedis(url, { log, name: 'stuck' })
startConsumer({
  redis,
  log,
  pulse: startPulse({ redis, log }),
  stream: 'facts',
  group: 'workers',
  decode: (fields) => fields,
  handle: () => new Promise(() => undefined),
  isTransient: () => false,
})
