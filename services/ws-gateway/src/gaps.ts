import { replayAnswer } from '@farmgate/contracts/internal-messages.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { GatewayMetrics } from './metrics.ts'
import type { WatchedRoom } from './watched-room.ts'

/** What is missing usually comes by itself, by another way: it is asked for only when it has not come by then. */
const MOMENT_MS = 50
const RETRY_MS = 500
const DEADLINE_MS = 2_000
/** Requests at a time: after a loss of Redis every room may be behind at once. */
const MAX_BUSY = 16
const PAGE = 200

export type Gaps = {
  /** The room's gate is behind. Said again and again while it is. */
  notice(room: WatchedRoom): void
  close(): Promise<void>
}

/** Brings gates what they miss, from Postgres through messages-api. */
export function fillGaps(messagesApi: InternalClient, { log, metrics }: { log: Log; metrics: GatewayMetrics }): Gaps {
  const due = new Map<WatchedRoom, number>()
  const busy = new Set<WatchedRoom>()
  let timer: NodeJS.Timeout | undefined

  const noticeIn = (room: WatchedRoom, ms: number) => {
    if (!due.has(room) && !busy.has(room)) due.set(room, Date.now() + ms)
    timer ??= setTimeout(look, MOMENT_MS)
  }
  const look = () => {
    timer = undefined
    const now = Date.now()
    for (const [room, at] of due) {
      if (busy.size >= MAX_BUSY) break
      if (at > now) continue
      due.delete(room)
      if (isMissing(room)) void fill(room)
    }
    if (due.size > 0) timer ??= setTimeout(look, MOMENT_MS)
  }
  const fill = async (room: WatchedRoom) => {
    busy.add(room)
    let again = MOMENT_MS
    try {
      metrics.gapFills.inc()
      await replay(messagesApi, room)
    } catch (error) {
      if (!isDependencyAway(error)) log.error({ err: error, room_id: room.id }, 'gap.failed')
      again = RETRY_MS
    }
    busy.delete(room)
    if (isMissing(room)) noticeIn(room, again)
  }

  return {
    notice: (room) => noticeIn(room, MOMENT_MS),
    close: async () => {
      clearTimeout(timer)
      due.clear()
    },
  }
}

const isMissing = (room: WatchedRoom) => room.gate.behind && room.sessions.size > 0

async function replay(messagesApi: InternalClient, room: WatchedRoom): Promise<void> {
  const after = room.gate.position ?? 0
  const asked = { room_id: room.id, after_rev: after, limit: PAGE }
  const answer = await messagesApi.post('/internal/messages/replay/', asked, {
    deadlineMs: DEADLINE_MS,
    schema: replayAnswer,
  })
  for (const { rev, frame } of answer.changes) room.gate.offer(rev, frame)
  room.gate.saw(answer.rev)
  // Postgres knows of nothing more: the entry that said otherwise was not true.
  if (answer.rev <= after) room.gate.forgetBeyond(Math.max(answer.rev, room.gate.position ?? 0))
}
