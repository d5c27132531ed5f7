import type { Connection } from './connection.ts'

/** Cards that come while the welcome is on its way; a client that gets more than this does better to come back. */
const MAX_KEPT = 1_000

/** One socket of a user's chat list. What comes before its welcome follows it. */
export class InboxSession {
  readonly connection: Connection
  readonly userId: string
  #kept: string[] | undefined = []

  constructor(connection: Connection, userId: string) {
    this.connection = connection
    this.userId = userId
  }

  tell(frame: string): void {
    if (!this.#kept) this.connection.send(frame)
    else if (this.#kept.push(frame) > MAX_KEPT) this.connection.close('overloaded')
  }

  welcome(frame: string): void {
    this.connection.send(frame)
    const kept = this.#kept ?? []
    this.#kept = undefined
    for (const one of kept) this.connection.send(one)
  }
}

/** A user's chat list that is open here. */
type ChatList = {
  sessions: Set<InboxSession>
  openedAt: number
  /** By room: the frame told last, oldest first. */
  told: Map<string, { frame: string; at: number }>
}

/** Whose chat list is open here, and what it was told of late. Times are in milliseconds. */
export class Inboxes {
  readonly #lists = new Map<string, ChatList>()

  enter(session: InboxSession): void {
    const list = this.#lists.get(session.userId) ?? { sessions: new Set(), openedAt: Date.now(), told: new Map() }
    list.sessions.add(session)
    this.#lists.set(session.userId, list)
  }

  leave(session: InboxSession): void {
    const sessions = this.#lists.get(session.userId)?.sessions
    sessions?.delete(session)
    if (sessions?.size === 0) this.#lists.delete(session.userId)
  }

  /** Somebody looks at this user's list. */
  has(userId: string): boolean {
    return this.#lists.has(userId)
  }

  /** A card as this user sees it, absolute: a later one replaces an earlier one. False where nobody looks at the list. */
  tell(userId: string, roomId: string, frame: string): boolean {
    const list = this.#lists.get(userId)
    if (!list) return false
    list.told.delete(roomId)
    list.told.set(roomId, { frame, at: Date.now() })
    for (const session of list.sessions) session.tell(frame)
    return true
  }

  /**
   * What rooms-api says of a card that has changed since `since`: told where the list shows another. A list that was
   * opened later, and has not been told of the card, has it from its welcome; unless it `mayLack` it.
   */
  correct(userId: string, roomId: string, frame: string, since: number, mayLack: boolean): void {
    const list = this.#lists.get(userId)
    const shown = list?.told.get(roomId)?.frame
    const isNews = shown === undefined ? mayLack || (list?.openedAt ?? since) < since : shown !== frame
    if (isNews) this.tell(userId, roomId, frame)
  }

  /** What was told before `at` is not asked about any more. */
  forgetBefore(at: number): void {
    for (const { told } of this.#lists.values()) {
      for (const [roomId, last] of told) {
        if (last.at >= at) break
        told.delete(roomId)
      }
    }
  }

  users(): string[] {
    return [...this.#lists.keys()]
  }
}
