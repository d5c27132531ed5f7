import { type TestRedis, testRedis } from '@farmgate/testing/redis.ts'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { type Backend, startBackend } from './backend.fixture.ts'
import {
  enterRoom,
  type Gateway,
  openSocket,
  type SocketOptions,
  startGateway,
  type TestSocket,
} from './gateway.fixture.ts'

type Env = Record<string, string>

/** Gateways on one Redis and one backend for a test file; what a test opens is closed behind it. */
export function useGateways({ count = 1, env = {} }: { count?: number; env?: Env } = {}) {
  const opened = new AsyncDisposableStack()
  const sockets: TestSocket[] = []
  let redis: TestRedis | undefined
  let backend: Backend | undefined
  let gateways: Gateway[] = []

  const start = async (more: Env = {}): Promise<Gateway> => {
    const urls = { redisUrl: up(redis).url, backendUrl: up(backend).url }
    return opened.adopt(await startGateway({ ...urls, env: { ...env, ...more } }), (it) => it.close())
  }
  const at = (n: number): Gateway => up(gateways[n])

  beforeAll(async () => {
    redis = opened.adopt(await testRedis(), (it) => it.close())
    backend = opened.adopt(await startBackend(redis.url), (it) => it.close())
    gateways = await Promise.all(Array.from({ length: count }, () => start()))
  })
  afterEach(async () => {
    await Promise.all(sockets.splice(0).map((socket) => socket.close()))
    Object.assign(up(backend).state, { away: false, silent: false, loseAnswers: 0 })
    up(backend).before.clear()
  })
  afterAll(() => opened.disposeAsync())

  return {
    get redis(): TestRedis {
      return up(redis)
    },
    get backend(): Backend {
      return up(backend)
    },
    /** The n-th gateway. */
    at,
    /** One more, with settings of its own; closed at the end of the file. */
    start,
    open(path: string, options: SocketOptions = {}, gateway = at(0)): TestSocket {
      const socket = openSocket(gateway, path, options)
      sockets.push(socket)
      return socket
    },
    async enter(roomId: string, user: string, gateway = at(0), options: SocketOptions = {}, query = '') {
      const socket = await enterRoom(gateway, roomId, user, options, query)
      sockets.push(socket)
      return socket
    },
  }
}

function up<T>(part: T | undefined): T {
  if (!part) throw new Error('it is started before the first test')
  return part
}
