import { inboxChangesAnswer } from '@farmgate/contracts/internal-rooms.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { oneAtATime } from '@farmgate/streams/bell.ts'
import type { Pulse } from '@farmgate/streams/pulse.ts'
import type { z } from 'zod'
import type { Clock } from './clock.ts'
import type { Comparing } from './compare.ts'
import type { Inboxes } from './inboxes.ts'

/** Every so many seconds; while Redis is away each second. */
const ROUND_TICKS = 5
/** Before the last round: a change is dated before its commit, and told after it. */
const MARGIN_MS = 10_000
/** Users in a question, and rooms in its answer. */
const CHUNK = 1_000
const PAGE = 500
const DEADLINE_MS = 3_000

type Holds = { roomsApi: InternalClient; inboxes: Inboxes; pulse: Pulse; clock: Clock; log: Log }

/**
 * Compares what the chat lists show with what rooms-api says. Cards of two instances overtake each other on their way: an
 * older one that was told last is corrected. While Redis is away, and once after it, this is how cards travel.
 */
export function compareCards({ roomsApi, inboxes, pulse, clock, log }: Holds): Comparing {
  /** When the last round began that went through. */
  let comparedAt = Date.now()
  /** Cards may have been lost on their way since the last round began. */
  let lost = false

  const compareChunk = async (userIds: string[], mayLack: boolean) => {
    const since = comparedAt - MARGIN_MS
    const asked = { user_ids: userIds, since: new Date(since).toISOString(), limit: PAGE }
    let after: z.output<typeof inboxChangesAnswer>['next']
    do {
      const { changes, next } = await roomsApi.post(
        '/internal/rooms/inbox-changes/',
        { ...asked, after },
        { deadlineMs: DEADLINE_MS, schema: inboxChangesAnswer },
      )
      for (const { user_id, room_id, frame } of changes) inboxes.correct(user_id, room_id, frame, since, mayLack)
      after = next
    } while (after)
  }
  const rounds = oneAtATime(async () => {
    const mayLack = lost || pulse.state === 'away'
    const began = Date.now()
    const users = inboxes.users()
    lost = false
    try {
      for (let at = 0; at < users.length; at += CHUNK) await compareChunk(users.slice(at, at + CHUNK), mayLack)
      comparedAt = began
      inboxes.forgetBefore(comparedAt - 2 * MARGIN_MS)
    } catch (error) {
      lost ||= mayLack
      if (!isDependencyAway(error)) log.error({ err: error }, 'compare_cards.failed')
    }
  })
  const now = () => {
    lost = true
    rounds.soon()
  }

  clock.onTick(() => {
    if (lost || pulse.state === 'away' || clock.ticks % ROUND_TICKS === 0) rounds.soon()
  })
  pulse.onBack(now)
  return { now }
}
