import { eventNumbersAnswer } from '@farmgate/contracts/internal-rooms.ts'
import { backoffMs, createBell, oneAtATime } from '@farmgate/streams/bell.ts'
import type { Held } from './held.ts'
import { hearStory } from './room-story.ts'

const PAGE = 2_000
const PAGE_DEADLINE_MS = 5_000
/** Stories heard at once: each is a question to rooms-api and a transaction here. */
const AT_ONCE = 4
const RETRY_MOST_MS = 5_000

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
 * Compares whenever `soon` is called, one at a time, and again where something failed: when entries may have been lost,
 * and at the start, since a loss before it is nobody's to tell.
 */
export function startReconciler(held: Held) {
  const bell = createBell()
  let isClosing = false

  const { soon, idle } = oneAtATime(async () => {
    for (let tries = 0; !isClosing && !(await isComplete(held)); tries++)
      await bell.wait(backoffMs(tries, RETRY_MOST_MS))
  })
  return {
    soon,
    async close(): Promise<void> {
      isClosing = true
      bell.ring()
      await idle()
    },
  }
}

async function isComplete(held: Held): Promise<boolean> {
  try {
    return (await reconcile(held)) === 0
  } catch (error) {
    held.log.warn({ err: error }, 'rooms.reconcile_failed')
    return false
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
