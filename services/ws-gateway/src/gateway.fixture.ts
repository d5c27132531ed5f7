import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { freePort } from '@farmgate/testing/ports.ts'
import { TEST_INTERNAL_TOKEN, TEST_SECRET, token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { WebSocket } from 'ws'

type Frame = { type: string; [field: string]: unknown }

export type Gateway = {
  url: string
  port: number
  kill(signal: NodeJS.Signals): void
  exitCode(): Promise<number | null>
  close(): Promise<void>
}

type Options = { redisUrl: string; backendUrl: string; env?: Record<string, string> }

/** The service itself, as it runs in production: a process. */
export async function startGateway({ redisUrl, backendUrl, env = {} }: Options): Promise<Gateway> {
  const port = await freePort()
  const child = spawn(process.execPath, [path.join(import.meta.dirname, 'main.ts')], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      REDIS_URL: redisUrl,
      MESSAGES_API_URL: backendUrl,
      ROOMS_API_URL: backendUrl,
      INTERNAL_TOKEN: TEST_INTERNAL_TOKEN,
      JWT_SECRET: TEST_SECRET,
      WS_GATEWAY_PORT: String(port),
      ALLOWED_ORIGINS: 'https://shop.example',
      ...env,
    },
    stdio: ['ignore', 'inherit', 'inherit'],
  })
  const url = `http://127.0.0.1:${port}`
  const isReady = async () => (await fetch(`${url}/readyz`)).ok
  await until(isReady, { within: 30_000, what: 'the gateway is ready' }).catch((error) => {
    child.kill('SIGKILL')
    throw error
  })
  return {
    url,
    port,
    kill: (signal) => void child.kill(signal),
    exitCode: () => exitOf(child),
    async close() {
      child.kill('SIGCONT')
      child.kill('SIGTERM')
      await exitOf(child)
    },
  }
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
  return child.exitCode
}

export type TestSocket = Awaited<ReturnType<typeof openSocket>>

export type SocketOptions = {
  /** A user, whose valid token is brought in the subprotocol; or none. */
  user?: string
  protocols?: string[]
  headers?: Record<string, string>
  autoPong?: boolean
}

/** A client: everything it hears is kept from the first moment on. */
export function openSocket(
  gateway: Gateway,
  path: string,
  { user, protocols, headers, autoPong = true }: SocketOptions,
) {
  const offered = protocols ?? (user === undefined ? [] : ['farmgate.v1', `bearer.${token(user)}`])
  const ws = new WebSocket(gateway.url.replace('http', 'ws') + path, offered, { headers, autoPong })
  const frames: Frame[] = []
  let closed: { code: number; reason: string } | undefined
  let refused: { status: number; body: string } | undefined
  ws.on('message', (data) => frames.push(JSON.parse(String(data))))
  ws.on('close', (code, reason) => {
    closed = { code, reason: String(reason) }
  })
  ws.on('unexpected-response', (request, response) => {
    let body = ''
    response.on('data', (chunk) => {
      body += chunk
    })
    response.on('end', () => {
      refused = { status: response.statusCode ?? 0, body }
      request.destroy()
    })
  })
  ws.on('error', () => undefined)
  const socket = {
    ws,
    frames,
    say: (frame: object | string) => ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame)),
    /** The frames of these types, so far. */
    of: (...types: string[]) => frames.filter(({ type }) => types.includes(type)),
    /** The revs of the changes heard so far, in the order in which they came. */
    revs: () => socket.messages().map(({ rev }) => rev),
    messages: () =>
      frames.flatMap(({ message }) => (message ? [message as { rev: number; seq: number; body: string }] : [])),
    hears: (type: string, count = 1, within = 5_000) =>
      until(() => (socket.of(type).length >= count ? socket.of(type) : undefined), {
        within,
        what: `${count} ${type} (has ${frames.map((frame) => frame.type).slice(-20)}${closed ? `, closed ${closed.code}` : ''})`,
      }),
    closes: (within = 5_000) => until(() => closed, { within, what: 'the socket is closed' }),
    isRefused: () => until(() => refused, { what: 'the upgrade is refused' }),
    isOpen: () => ws.readyState === WebSocket.OPEN,
    async close() {
      ws.close()
      await until(() => closed ?? refused ?? ws.readyState === WebSocket.CLOSED, { what: 'the socket is gone' })
    },
  }
  return socket
}

/** A socket of a room that has had its welcome. */
export async function enterRoom(
  gateway: Gateway,
  roomId: string,
  user: string,
  options: SocketOptions = {},
  query = '',
) {
  const socket = openSocket(gateway, `/ws/chat/${roomId}/${query}`, { user, ...options })
  await socket.hears('welcome')
  return socket
}
