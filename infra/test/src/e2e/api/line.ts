import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { InboxServerFrames, RoomServerFrames } from '@farmgate/contracts/server-frames.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import WebSocket from 'ws'

type RoomFrame = RoomServerFrames[keyof RoomServerFrames]
type InboxFrame = InboxServerFrames[keyof InboxServerFrames]
export type RoomLine = Line<RoomFrame>
export type InboxLine = Line<InboxFrame>

export type Dialling = {
  /** Instead of the user's own token. */
  token?: string
  /** Instead of `farmgate.v1` and the bearer. */
  protocols?: string[]
  headers?: Record<string, string>
  /** With its question mark. */
  query?: string
  /** Whether pings are answered by themselves, as every browser does. */
  autoPong?: boolean
}

/** A socket, its frames and its end, exactly as they came: it repeats nothing and comes back by itself never. */
class Line<Frame extends { type: string }> {
  readonly frames: Frame[] = []
  readonly texts: string[] = []
  readonly socket: WebSocket
  /** Why it was closed. */
  code: number | undefined
  /** The status of a refused upgrade. */
  refused: number | undefined

  constructor(url: string, protocols: string[], options: WebSocket.ClientOptions) {
    this.socket = new WebSocket(url, protocols, options)
    this.socket.on('message', (data) => {
      this.texts.push(String(data))
      this.frames.push(JSON.parse(String(data)) as Frame)
    })
    this.socket.on('unexpected-response', (_request, response) => {
      this.refused = response.statusCode
      this.socket.terminate()
    })
    this.socket.on('error', () => undefined) // a close follows
    this.socket.on('close', (code) => {
      this.code = code
    })
  }

  /** The frames of one type, in the order they came. */
  all<Type extends Frame['type']>(type: Type): Extract<Frame, { type: Type }>[] {
    return this.frames.filter((frame): frame is Extract<Frame, { type: Type }> => frame.type === type)
  }

  next<Type extends Frame['type']>(
    type: Type,
    fits: (frame: Extract<Frame, { type: Type }>) => boolean = () => true,
    within = 8_000,
  ) {
    return until(() => this.all(type).find(fits), { within, what: `${type}; had ${this.texts.join().slice(-400)}` })
  }

  say(frame: object): void {
    this.socket.send(JSON.stringify(frame))
  }

  /** All that was said before has been dealt with, and all that was answered to it is here. */
  async fence(): Promise<void> {
    const before = this.count('pong')
    this.say({ type: 'ping' })
    await until(() => this.count('pong') > before, { what: 'pong' })
  }

  /** The code with which the other side closes. */
  closed(within = 8_000): Promise<number> {
    return until(() => this.code, { within, what: `a close; had ${this.texts.join().slice(-400)}` })
  }

  async hangUp(): Promise<void> {
    this.socket.terminate()
    await until(() => this.socket.readyState === WebSocket.CLOSED)
  }

  private count(type: string): number {
    return this.frames.filter((frame) => frame.type === type).length
  }
}

/** Opens sockets at an address, and remembers them. */
export function openExchange(wsUrl: string) {
  const lines = new Set<{ hangUp(): Promise<void> }>()

  function dial<Frame extends { type: string }>(path: string, as: string, dialling: Dialling = {}) {
    const { token: jwt = token(as), protocols = [SUBPROTOCOL, `${BEARER_PREFIX}${jwt}`], query = '' } = dialling
    const { headers = {}, autoPong = true } = dialling
    const line = new Line<Frame>(`${wsUrl}${path}${query}`, protocols, { headers, autoPong })
    lines.add(line)
    return line
  }
  const room = (room_id: string, as: string, dialling?: Dialling): RoomLine =>
    dial<RoomFrame>(`/ws/chat/${room_id}/`, as, dialling)
  const inbox = (as: string, dialling?: Dialling): InboxLine => dial<InboxFrame>('/ws/inbox/', as, dialling)

  return {
    dial,
    room,
    inbox,
    /** In the room, welcomed. */
    async enter(room_id: string, as: string, dialling?: Dialling): Promise<RoomLine> {
      const line = room(room_id, as, dialling)
      await line.next('welcome')
      return line
    },
    async watch(as: string, dialling?: Dialling): Promise<InboxLine> {
      const line = inbox(as, dialling)
      await line.next('welcome')
      return line
    },
    async hangUpAll(): Promise<void> {
      await Promise.all([...lines].map((line) => line.hangUp()))
      lines.clear()
    },
  }
}
export type Exchange = ReturnType<typeof openExchange>
