import type { Socket } from 'node:net'
import type { TextFrame } from './text-frame.ts'

/** More than this waiting for the end of the turn is written at once. */
const MOST_BYTES = 64 * 1024

/**
 * Frames on their way out. All that a socket is told in one turn of the event loop leaves in one system call, the most
 * expensive part of a message, and nothing waits longer than that turn.
 */
export class Outlet {
  #waiting: Socket[] = []

  /** Writes the frame when this turn ends; `onFlushed` once they have left, or never will. */
  write(socket: Socket, { bytes }: TextFrame, onFlushed?: () => void): void {
    if (socket.writableCorked === 0) this.#hold(socket)
    socket.write(bytes, onFlushed)
    if (socket.writableLength > MOST_BYTES) socket.uncork()
  }

  #hold(socket: Socket) {
    socket.cork()
    if (this.#waiting.push(socket) === 1) setImmediate(() => this.#flush())
  }

  #flush() {
    const waiting = this.#waiting
    this.#waiting = []
    for (const socket of waiting) socket.uncork()
  }
}
