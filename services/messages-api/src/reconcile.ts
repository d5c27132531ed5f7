import { setTimeout as wait } from 'node:timers/promises'
import { eventNumbersAnswer } from '@farmgate/contracts/internal-rooms.ts'
import type { Held } from './held.ts'
import { hearStory } from './room-story.ts'

const PAGE = 2_000
const PAGE_DEADLINE_MS = 5_000
/** Stories heard at once: each is a question to rooms-api and a transaction here. */
const AT_ONCE = 4
const FIRST_PAUSE_MS = 1_000
const LONGEST_PAUSE_MS = 30_000

/**
 * Compares every room with rooms-api and hears the stories of those that are behind; answers how many could not be
 * heard. For when entries of the stream may have been lost; changes nothing where nothing was.
 */
export async function reconcile(held: Held): Promise<number> {
  let heard = 0
  let failed = 0
  for await (const rooms of pages(held)) {
    const behind = (await roomsBehind(held, rooms)).values()
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (const roomId of behind) (await hears(held, roomId)) ? heard++ : failed++
    })
    await Promise.all(workers)
  }
  held.log.info({ heard, failed }, 'rooms.reconciled')
  return failed
}

/** One room that cannot be heard must not keep the others waiting. */
async function hears(held: Held, roomId: string): Promise<boolean> {
  try {
    await hearStory(held, roomId)
    return true
  } catch (error) {
    held.log.warn({ err: error, room_id: roomId }, 'room.not_heard')
    return false
  }
}

/**
 * Runs `reconcile` when `soon` is called, one at a time: calls that come meanwhile lead to one more run. Where something
 * failed it is tried again, after a pause that grows.
 */
export function reconciler(held: Held) {
  let wanted = false
  let running: Promise<void> | undefined
  const closing = new AbortController()

  async function run() {
    for (let pause = FIRST_PAUSE_MS; wanted && !closing.signal.aborted; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      wanted = false
      if (await isComplete()) continue
      wanted = true
      await wait(pause, undefined, { signal: closing.signal }).catch(() => undefined)
    }
    running = undefined
  }

  async function isComplete(): Promise<boolean> {
    try {
      return (await reconcile(held)) === 0
    } catch (error) {
      held.log.warn({ err: error }, 'rooms.reconcile_failed')
      return false
    }
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
