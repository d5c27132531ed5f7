import { connect, type Socket } from 'node:net'

/** Beyond every statement_timeout of ours: a server that lives has answered by then, if only with an error. */
const SILENT_MS = 10_000
const LOOK_MS = 1_000

type Watched = { read: number; answered: number; askedAt: number | undefined }

export type Sockets = ReturnType<typeof watchSockets>

/** Where postgres.js is to connect; it has parsed the URL. */
export type Target = { path?: string | undefined; host: string | string[]; port: number | number[] }

/**
 * Makes the sockets of a pool and destroys one that was asked and stays silent: a connection that is dropped on the way
 * (no reset, no end) would otherwise hold its slot until TCP gives up, some 15 minutes later. Of several hosts in the URL
 * only the first is used.
 */
export function watchSockets({ silentMs = SILENT_MS, lookMs = LOOK_MS } = {}) {
  const watched = new Map<Socket, Watched>()

  function look(socket: Socket, state: Watched) {
    if (socket.destroyed) return void watched.delete(socket)
    if (socket.bytesRead > state.read || socket.bytesWritten === state.answered) {
      Object.assign(state, { read: socket.bytesRead, answered: socket.bytesWritten, askedAt: undefined })
      return
    }
    state.askedAt ??= performance.now()
    if (performance.now() - state.askedAt > silentMs) socket.destroy()
  }

  const timer = setInterval(() => {
    for (const [socket, state] of watched) look(socket, state)
  }, lookMs).unref()

  return {
    /** Not awaited until it is connected: postgres.js keeps the place of a socket that it was refused for ever. */
    open({ path, host, port }: Target): Socket {
      const socket = path ? connect(path) : connect(Number([port].flat()[0]), [host].flat()[0] ?? 'localhost')
      watched.set(socket, { read: 0, answered: 0, askedAt: undefined })
      return socket.setNoDelay(true)
    },
    close() {
      clearInterval(timer)
      for (const socket of watched.keys()) socket.destroy()
    },
  }
}
