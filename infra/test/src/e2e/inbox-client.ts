import { BEARER_PREFIX, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import type { InboxServerFrames } from '@farmgate/contracts/server-frames.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import WebSocket from 'ws'

export type InboxFrame = InboxServerFrames[keyof InboxServerFrames]
type OfType<Type> = Extract<InboxFrame, { type: Type }>

/** A chat list that is open. It keeps all that it was told. */
export class InboxClient {
  readonly frames: InboxFrame[] = []
  readonly #socket: WebSocket

  constructor(wsUrl: string, user: string) {
    this.#socket = new WebSocket(`${wsUrl}/ws/inbox/`, [SUBPROTOCOL, `${BEARER_PREFIX}${token(user)}`])
    this.#socket.on('message', (data) => this.frames.push(JSON.parse(String(data)) as InboxFrame))
  }

  next<Type extends InboxFrame['type']>(type: Type, fits: (frame: OfType<Type>) => boolean = () => true) {
    const isIt = (frame: InboxFrame): frame is OfType<Type> => frame.type === type && fits(frame as OfType<Type>)
    return until(() => this.frames.find(isIt), { within: 10_000, what: type })
  }

  async close(): Promise<void> {
    this.#socket.close()
    await until(() => this.#socket.readyState === WebSocket.CLOSED)
  }
}
