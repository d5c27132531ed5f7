import type { Dispatcher } from 'undici'

export type Answer = { status: number; text: string }

/**
 * One request and its answer on an undici dispatcher, without the streams and promises that `request` would make of it:
 * a third of its CPU. Rejects with what undici found, or once `deadlineMs` have passed, waiting for a connection included.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  deadlineMs: number,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    dispatcher.dispatch(options, new Exchange(resolve, reject, deadlineMs))
  })
}

class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (answer: Answer) => void
  readonly #reject: (error: Error) => void
  readonly #timer: NodeJS.Timeout
  readonly #chunks: Buffer[] = []
  #controller: Dispatcher.DispatchController | undefined
  #tooLate: Error | undefined
  #status = 0

  constructor(resolve: (answer: Answer) => void, reject: (error: Error) => void, deadlineMs: number) {
    this.#resolve = resolve
    this.#reject = reject
    this.#timer = setTimeout(() => this.#giveUp(deadlineMs), deadlineMs)
  }

  /** It has a connection. If nobody waits any more, nothing is written to it. */
  onRequestStart(controller: Dispatcher.DispatchController) {
    this.#controller = controller
    if (this.#tooLate) controller.abort(this.#tooLate)
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number) {
    this.#status = status
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer) {
    this.#chunks.push(chunk)
  }

  onResponseEnd() {
    clearTimeout(this.#timer)
    const [only] = this.#chunks
    const bytes = only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks)
    this.#resolve({ status: this.#status, text: bytes.toString() })
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error) {
    clearTimeout(this.#timer)
    this.#reject(error)
  }

  #giveUp(deadlineMs: number) {
    this.#tooLate = new Error(`no answer within ${deadlineMs} ms`)
    this.#tooLate.name = 'TimeoutError'
    this.#reject(this.#tooLate)
    this.#controller?.abort(this.#tooLate)
  }
}
