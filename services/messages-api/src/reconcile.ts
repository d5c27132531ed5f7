import { setTimeout } from 'node:timers/promises'
import { eventNumbersAnswer } from '@farmgate/contracts/internal-rooms.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Held } from './held.ts'
import { hearStory } from './room-story.ts'

const PAGE = 2_000
const PAGE_DEADLINE_MS = 5_000

/**
 * Compares every room with rooms-api and hears the stories of those that are behind. For when entries of the stream
 * may have been lost; changes nothing where nothing was.
 */
export async function reconcile(held: Held, log: Log): Promise<void> {
  let behind = 0
  for await (const rooms of pages(held)) {
    for (const roomId of await roomsBehind(held, rooms)) {
      await hearStory(held, roomId)
      behind++
    }
  }
  log.info({ behind }, 'rooms.reconciled')
}

/**
 * Runs `reconcile` where `soon` was called, one at a time: calls that come meanwhile lead to one more run. One that
 * fails is tried again.
 */
export function reconciler(held: Held, log: Log) {
  let wanted = false
  let running: Promise<void> | undefined
  const closing = new AbortController()

  async function run() {
    while (wanted && !closing.signal.aborted) {
      wanted = false
      try {
        await reconcile(held, log)
      } catch (error) {
        log.warn({ err: error }, 'rooms.reconcile_failed')
        wanted = true
        await setTimeout(RETRY_MS, undefined, { signal: closing.signal }).catch(() => undefined)
      }
    }
    running = undefined
  }

  return {
    soon: () => {
      wanted = true
      running ??= run()
    },
    close: async () => {
      closing.abort()
      await running
    },
  }
}

const RETRY_MS = 1_000

async function* pages(held: Held) {
  for (let after: string | undefined; ; ) {
    const { rooms } = await held.rooms.post(
      '/internal/rooms/event-numbers/',
      { after, limit: PAGE },
      { deadlineMs: PAGE_DEADLINE_MS, schema: eventNumbersAnswer },
    )
    yield rooms
    after = rooms.at(-1)?.room_id
    if (rooms.length < PAGE) return
  }
}

async function roomsBehind(held: Held, rooms: { room_id: string; event_no: number }[]): Promise<string[]> {
  const rows = await held.db.run(
    (sql) => sql<{ room_id: string }[]>`
      select theirs.room_id
      from unnest(${rooms.map((it) => it.room_id)}::uuid[], ${rooms.map((it) => it.event_no)}::integer[])
        as theirs (room_id, event_no)
      left join messages.rooms ours using (room_id)
      where coalesce(ours.event_no, 0) < theirs.event_no`,
  )
  return rows.map((row) => row.room_id)
}
