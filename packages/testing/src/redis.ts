import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { type RedisOptions, startRedis } from '@farmgate/stores/redis.ts'
import type { Store } from '@farmgate/stores/store.ts'

export type TestRedis = Store & {
  /** Each node's own: one, where it is no cluster. */
  readonly urls: readonly string[]
  /** SIGSTOP: it accepts connections and answers nothing. */
  pause(): void
  /** SIGCONT. */
  resume(): void
  /** Starts it again with nothing in it, whatever it held. */
  restartEmpty(): Promise<void>
}

/** A Redis process of one's own (about 20 ms); `close` removes its folder. */
export async function testRedis(options: Omit<RedisOptions, 'dir'> = {}): Promise<TestRedis> {
  const dir = await mkdtemp(path.join(tmpdir(), 'farmgate-redis-'))
  const redis = await startRedis({ cache: path.join(tmpdir(), 'farmgate-cache'), ...options, dir })
  const forget = () => rm(path.join(dir, 'appendonlydir'), { recursive: true, force: true })
  return {
    url: redis.url,
    urls: [redis.url],
    port: redis.port,
    dir,
    get pid() {
      return redis.pid
    },
    ended: redis.ended,
    kill: redis.kill,
    stop: redis.stop,
    restart: redis.restart,
    pause: () => redis.kill('SIGSTOP'),
    resume: () => redis.kill('SIGCONT'),
    async restartEmpty() {
      await redis.stop()
      await forget()
      await redis.restart()
    },
    async close() {
      await redis.close()
      await rm(dir, { recursive: true, force: true })
    },
  }
}
