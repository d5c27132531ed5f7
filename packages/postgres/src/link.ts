import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import postgres from 'postgres'
import type { Sockets, Target } from './sockets.ts'
import { handlerOf, type Statement } from './statements.ts'

export type Link = ReturnType<typeof openLink>

/**
 * One connection with one life: it connects when it is first asked, and is never opened again. So the driver's own
 * reconnecting, which mixes up what belongs to the old connection and what to the new one, is never used. Takes one
 * statement at a time. Parsers and serializers are shared with `template`.
 */
export function openLink(template: postgres.Sql, sockets: Sockets) {
  let socket: ReturnType<Sockets['open']> | undefined
  let asked: Statement | undefined
  let isOver = false

  // A connection lost before it was ready is no loss to the driver, which comes here again without a word to `onclose`.
  const once = (target: Target) => {
    if (isOver || socket) {
      end()
      throw lost()
    }
    socket = sockets.open(target)
    return socket.once('close', end)
  }
  // The driver takes options that it has parsed as they are; they stand in none of its types as an argument.
  const options = { ...template.options, socket: once, onclose: end } as unknown as postgres.Options<never>
  const begin = handlerOf(postgres(options))

  /** The socket is gone a moment before the driver and we are told. */
  const isGone = () => isOver || socket?.destroyed === true

  /** Whatever the driver makes of the statement under way, its caller hears that it failed. */
  function end() {
    isOver = true
    socket?.destroy()
    asked?.reject(lost())
  }

  return {
    /** Resolves when the statement has been answered or refused; says nothing about how. */
    async ask(statement: Statement): Promise<void> {
      if (isGone()) return statement.reject(lost())
      asked = statement
      const answered = statement.then(noted, noted)
      begin(statement)
      await answered
      asked = undefined
      // A first statement that could not even get a socket leaves the driver waiting for one for ever.
      if (!socket) end()
    },

    get isOver() {
      return isGone()
    },

    /** Destroys the connection: the server rolls back what was not committed. */
    end,
  }
}

const noted = () => undefined
const lost = () => new DependencyAway('postgres', new Error('the connection is gone'))
