import WebSocket from 'ws'
import { DependencyAway } from './dependency.ts'

type Options = {
  /** Who answers, for errors. */
  name: string
  baseUrl: string
  path: string
  token: string
}

/** The neighbour is there and knows no such line: it is older than we are. */
export class NoLine extends Error {}

/** The neighbour lets us have no line, say with a secret that is not its own: a fault of ours, that no repeating mends. */
class BadLine extends Error {}

export type Lines = {
  /**
   * The answer, as bytes. Throws NoLine, BadLine, or, where nobody answers within `deadlineMs`, connecting included,
   * DependencyAway: whether the question was heard is unknown then, so asking it again must be harmless.
   */
  ask(question: string, deadlineMs: number): Promise<Buffer>
  close(): Promise<void>
}

const MAX_ANSWER_BYTES = 32 * 1024 * 1024
const CONNECT_MS = 1_000
const NOT_FOUND = 404
/** What has been silent for longer may be gone without a word. */
const IDLE_MS = 30_000
/** Lines are opened anew now and then, so that a new instance behind the same name gets its share. */
const LIFE_MS = 600_000

/**
 * Kept lines to a neighbour (line-server.ts), one question at a time on each: as many as are asked at once, opened when they
 * are needed.
 */
export function openLines({ name, baseUrl, path, token }: Options): Lines {
  const url = baseUrl.replace(/^http/, 'ws').replace(/\/$/, '') + path
  const free: Line[] = []
  const all = new Set<Line>()
  let isClosed = false

  const open = () => {
    const line = new Line(url, token, (gone) => void all.delete(gone))
    all.add(line)
    return line
  }
  const takeLine = (): Line => {
    for (let line = free.pop(); line; line = free.pop()) {
      if (line.isGood) return line
      line.end()
    }
    return open()
  }

  return {
    async ask(question, deadlineMs) {
      if (isClosed) throw new DependencyAway(name, new Error('closed'))
      const line = takeLine()
      try {
        const answer = await line.ask(question, deadlineMs)
        free.push(line)
        return answer
      } catch (cause) {
        throw cause instanceof NoLine || cause instanceof BadLine ? cause : new DependencyAway(name, cause)
      }
    },
    async close() {
      isClosed = true
      for (const line of all) line.end()
    },
  }
}

type Waiter = { resolve: (answer: Buffer) => void; reject: (reason: Error) => void }

class Line {
  readonly #ws: WebSocket
  readonly #openedAt = Date.now()
  readonly #onGone: (line: Line) => void
  #usedAt = Date.now()
  #waiter: Waiter | undefined

  constructor(url: string, token: string, onGone: (line: Line) => void) {
    this.#onGone = onGone
    this.#ws = new WebSocket(url, {
      headers: { authorization: `Bearer ${token}` },
      handshakeTimeout: CONNECT_MS,
      perMessageDeflate: false,
      maxPayload: MAX_ANSWER_BYTES,
      skipUTF8Validation: true,
      // Masks are for browsers behind proxies that read along; one of zeros costs neither end a pass over the bytes.
      generateMask: (mask) => void mask.fill(0),
    })
    this.#ws.on('message', (data: Buffer) => this.#settle()?.resolve(data))
    this.#ws.on('unexpected-response', (_request, { statusCode = 0 }) => this.#lose(refusedWith(statusCode)))
    this.#ws.on('error', (error) => this.#lose(error))
    this.#ws.on('close', (code) => this.#lose(new Error(`the line was closed with ${code}`)))
  }

  /** Open, lately used, and not old. */
  get isGood(): boolean {
    const now = Date.now()
    return this.#ws.readyState === WebSocket.OPEN && now - this.#usedAt < IDLE_MS && now - this.#openedAt < LIFE_MS
  }

  ask(question: string, deadlineMs: number): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#lose(new Error(`no answer within ${deadlineMs} ms`)), deadlineMs)
      this.#waiter = {
        resolve: (answer) => {
          clearTimeout(timer)
          this.#usedAt = Date.now()
          resolve(answer)
        },
        reject: (reason) => {
          clearTimeout(timer)
          reject(reason)
        },
      }
      if (this.#ws.readyState === WebSocket.CONNECTING) this.#ws.once('open', () => this.#ws.send(question))
      else this.#ws.send(question)
    })
  }

  end(): void {
    this.#lose(new Error('closed'))
  }

  #settle(): Waiter | undefined {
    const waiter = this.#waiter
    this.#waiter = undefined
    return waiter
  }

  /** Nobody may hear a late answer as that of the next question: what was not answered in time ends its line. */
  #lose(reason: Error) {
    this.#onGone(this)
    this.#ws.terminate()
    this.#settle()?.reject(reason)
  }
}

function refusedWith(status: number): Error {
  const reason = `the line was refused with ${status}`
  if (status === NOT_FOUND) return new NoLine(reason)
  return status >= 500 || status === 429 ? new Error(reason) : new BadLine(reason)
}
