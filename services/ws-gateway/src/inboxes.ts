import { inboxChangesAnswer } from '@farmgate/contracts/internal-rooms.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { Clock } from './clock.ts'
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

/** Whose chat list is open here. */
export class Inboxes {
  readonly #sessions = new Map<string, Set<InboxSession>>()

  enter(session: InboxSession): void {
    const sessions = this.#sessions.get(session.userId) ?? new Set()
    this.#sessions.set(session.userId, sessions.add(session))
  }

  leave(session: InboxSession): void {
    const sessions = this.#sessions.get(session.userId)
    sessions?.delete(session)
    if (sessions?.size === 0) this.#sessions.delete(session.userId)
  }

  /** A card as this user sees it, absolute: a later one replaces an earlier one. */
  tell(userId: string, frame: string): void {
    for (const session of this.#sessions.get(userId) ?? []) session.tell(frame)
  }

  users(): string[] {
    return [...this.#sessions.keys()]
  }
}

/** Before the last moment at which Redis was known to be good: an entry may have been on its way. */
const MARGIN_MS = 10_000
const CHUNK = 1_000
const DEADLINE_MS = 3_000

type Holds = { roomsApi: InternalClient; inboxes: Inboxes; pulse: Pulse; clock: Clock; log: Log }

/** While Redis is away, and once after it, changed cards are fetched from rooms-api. One told twice changes nothing. */
export function fetchInboxChanges({ roomsApi, inboxes, pulse, clock, log }: Holds): { now(): void } {
  let since = Date.now()
  let due = false
  let fetching = false

  const fetchChunk = async (userIds: string[]) => {
    const asked = { user_ids: userIds, since: new Date(since - MARGIN_MS).toISOString() }
    const { changes } = await roomsApi.post('/internal/rooms/inbox-changes/', asked, {
      deadlineMs: DEADLINE_MS,
      schema: inboxChangesAnswer,
    })
    for (const { user_id, frame } of changes) inboxes.tell(user_id, frame)
  }
  const fetchChanges = async () => {
    if (fetching) return
    fetching = true
    due = false
    const now = Date.now()
    try {
      const users = inboxes.users()
      for (let at = 0; at < users.length; at += CHUNK) await fetchChunk(users.slice(at, at + CHUNK))
      since = now
    } catch (error) {
      due = true
      if (!isDependencyAway(error)) log.error({ err: error }, 'inbox.fetch_failed')
    }
    fetching = false
  }
  /** One that is under way may have asked too early: then the next tick asks again. */
  const fetchNow = () => {
    due = true
    void fetchChanges()
  }

  clock.onTick(() => {
    if (due || pulse.state === 'away') fetchNow()
    else if (!fetching) since = Date.now()
  })
  pulse.onBack(fetchNow)
  return { now: fetchNow }
}
