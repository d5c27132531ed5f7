import { setTimeout as wait } from 'node:timers/promises'
import { BEARER_PREFIX, closeCodes, SUBPROTOCOL } from '@farmgate/contracts/close-codes.ts'
import WebSocket from 'ws'

/** As much of a frame as the load looks at. Not checked: it would cost as much as all the rest. */
type Frame = {
  type: string
  rev?: number
  client_message_id?: string
  message?: { rev: number; client_message_id: string | null }
}

type Options = {
  /** ws://…/ws/chat/{room_id}/ */
  url: string
  token: string
  /** A message of this id is there, for the first time on this socket or again. */
  onMessage(id: string): void
  onRefused(id: string): void
  /** Closed by the other side, with this code. */
  onClose(code: number): void
}

export type Member = ReturnType<typeof openMember>

const HANDSHAKE_MS = 15_000
const BACKOFF_MS = 200
const BACKOFF_MOST_MS = 5_000
const FINAL = new Set<number>(Object.values(closeCodes).flatMap(({ code, next }) => (next === 'final' ? [code] : [])))

/** The other side vanished without a word (RFC 6455). Before its welcome that is a handshake nobody took, and no close. */
const ABNORMAL = 1006

/**
 * One socket in a room that does what a good client does: it comes back with jitter and `after_rev`, and what was not
 * acknowledged is sent again once it has caught up.
 */
export function openMember({ url, token, onMessage, onRefused, onClose }: Options) {
  const unacked = new Map<string, string>()
  const repeated = new Set<string>()
  const ready = Promise.withResolvers<void>()
  let socket: WebSocket | undefined
  let position: number | undefined
  let isLive = false
  let isClosing = false
  let failures = 0

  const send = (id: string, body: string) =>
    socket?.send(JSON.stringify({ type: 'message.send', client_message_id: id, body }))

  /** From here on whatever is said is live: now nothing that we repeat can be there without our knowing it. */
  const goLive = (rev: number | undefined) => {
    position ??= rev
    isLive = true
    failures = 0
    for (const [id, body] of unacked) {
      repeated.add(id)
      send(id, body)
    }
    ready.resolve()
  }

  const hear = (heard: Frame) => {
    if (heard.type === 'message.created' && heard.message) {
      const { rev, client_message_id: id } = heard.message
      const isEcho = position !== undefined && rev <= position
      position = Math.max(position ?? 0, rev)
      if (!id) return
      unacked.delete(id)
      // The answer to a repeated send, whose first try we have seen meanwhile.
      if (!(isEcho && repeated.delete(id))) onMessage(id)
    } else if (heard.type === 'caught_up') goLive(heard.rev)
    else if (heard.type === 'welcome' && position === undefined) goLive(heard.rev)
    else if (heard.type === 'error' && heard.client_message_id) {
      unacked.delete(heard.client_message_id)
      onRefused(heard.client_message_id)
    }
  }

  const comeBack = async (code: number, wasIn: boolean) => {
    if (wasIn || code !== ABNORMAL) onClose(code)
    if (FINAL.has(code)) return ready.reject(new Error(`the socket was closed for good: ${code}`))
    await wait(Math.random() * Math.min(BACKOFF_MOST_MS, BACKOFF_MS * 2 ** failures++))
    if (!isClosing) connect()
  }

  function connect() {
    const from = position === undefined ? '' : `?after_rev=${position}`
    const opening = new WebSocket(url + from, [SUBPROTOCOL, `${BEARER_PREFIX}${token}`], {
      perMessageDeflate: false,
      handshakeTimeout: HANDSHAKE_MS,
    })
    socket = opening
    let wasIn = false
    opening.on('message', (data) => {
      wasIn = true
      hear(JSON.parse(String(data)) as Frame)
    })
    // What is wrong comes as a close, too.
    opening.on('error', () => undefined)
    opening.on('close', (code) => {
      isLive = false
      if (!isClosing) void comeBack(code, wasIn)
    })
  }
  connect()

  return {
    /** Has been welcomed; rejects where it never will be. */
    ready: ready.promise,
    /** Now, or when it is back. */
    say(id: string, body: string): void {
      unacked.set(id, body)
      if (isLive) send(id, body)
    },
    get unanswered() {
      return unacked.size
    },
    close(): void {
      isClosing = true
      socket?.close(1000)
    },
  }
}
