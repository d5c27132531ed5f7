import type { Refused } from '@farmgate/contracts/internal-messages.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Lines } from '@farmgate/service-kit/line-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import type { z } from 'zod'
import type { Hub } from '../hub.ts'
import type { GatewayMetrics } from '../metrics.ts'
import type { RoomSession } from '../room-session.ts'
import type { TextFrame } from '../text-frame.ts'
import { openLane } from './lane.ts'

const MAX_WAITING = 10_000

/** What a socket wants of messages-api: its item in the batch. `since` is the rev it had been told when it asked. */
export type Command<Item> = { session: RoomSession; item: Item; since: number }

export type RoomLane<Item> = {
  /** Throws Refusal('overloaded'). */
  push(session: RoomSession, item: Item): void
  close(): Promise<void>
}

export type LaneHolds = {
  messagesApi: InternalClient
  /** The way of sends: lines that are kept. */
  sendsLines: Lines
  hub: Hub
  log: Log
  metrics: GatewayMetrics
  trace: Trace
}

export type AskBatch<Item, Result> = (
  items: Item[],
  call: { deadlineMs: number; requestId: string },
) => Promise<readonly Result[]>

type Options<Item, Result> = {
  name: 'send' | 'change' | 'read'
  ask: AskBatch<Item, Result>
  onLeave?: (item: Item) => void
  settle: (command: Command<Item>, result: Result | Refused, isRetry: boolean) => void
  maxBatch: number
}

/** Asks by `POST /internal/messages/<name>/`. */
export const byPost =
  <Item, Result>(
    { messagesApi }: LaneHolds,
    name: string,
    bodyOf: (items: Item[]) => object,
    answer: z.ZodType<{ results: Result[] }>,
  ): AskBatch<Item, Result> =>
  async (items, call) => {
    const schema = answer
    return (await messagesApi.post(`/internal/messages/${name}/`, bodyOf(items), { ...call, schema })).results
  }

/**
 * A lane to messages-api; a room's commands keep their order. All rooms share it: a batch costs as much as twenty
 * messages, so few and large ones are cheaper.
 */
export function openRoomLane<Item extends { room_id: string }, Result extends { outcome: string }>(
  { name, ask: askBatch, onLeave, settle, maxBatch }: Options<Item, Result>,
  { log, metrics }: LaneHolds,
): RoomLane<Item> {
  const ask = async (batch: readonly Command<Item>[], deadlineMs: number) => {
    metrics.batchSize.observe({ lane: name }, batch.length)
    const requestId = batch[0]?.session.connection.requestId ?? ''
    const end = metrics.batchSeconds.startTimer({ lane: name })
    const items = batch.map(({ item }) => item)
    const results = await askBatch(items, { deadlineMs, requestId })
    end()
    return results
  }
  // A label is looked up once, not for each command.
  const counts = new Map<string, ReturnType<typeof metrics.commands.labels>>()
  const countOf = (outcome: string) => {
    const known = counts.get(outcome) ?? metrics.commands.labels({ lane: name, outcome })
    counts.set(outcome, known)
    return known
  }
  const lane = openLane<Command<Item>, Result>({
    ask,
    subjectOf: ({ item }) => item.room_id,
    onLeave(batch) {
      for (const { item } of batch) onLeave?.(item)
    },
    settle(command, result, isRetry) {
      command.session.answered()
      countOf(result.outcome).inc()
      settle(command, result, isRetry)
    },
    isTransient: isDependencyAway,
    onBug: (error) => log.error({ err: error, lane: name }, 'lane.failed'),
    maxBatch,
    maxWaiting: MAX_WAITING,
  })
  return {
    push(session, item) {
      lane.push({ session, item, since: session.position })
      session.asked()
    },
    close: lane.close,
  }
}

/** As `CommandResult` of the contracts; its frame may be the bytes that sockets are told. */
export type Result = { outcome: 'changed' | 'unchanged'; rev: number; frame: string | TextFrame } | Refused

/** What a change of the history came to, for the one who asked and for the room; true where it is news to the room. */
export function settleChange(
  hub: Hub,
  { session, since }: Command<unknown>,
  result: Result,
  isRetry: boolean,
  clientMessageId?: string,
): boolean {
  const { outcome } = result
  // The live frame is the acknowledgement; whichever comes second, it or the stream's entry, is dropped as a duplicate.
  if (outcome === 'changed') return hub.get(session.room.id)?.offer(result.rev, result.frame) ?? false
  if (outcome === 'refused') session.connection.refuse(result.code, result.detail, clientMessageId)
  // Our own earlier attempt had done it: that too is acknowledged by its live frame.
  else if (isRetry && result.rev > since) session.room.saw(result.rev)
  else session.repeated(result.rev, result.frame)
  return false
}
