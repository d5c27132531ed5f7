import type { CommandResult, ReadResult, Refused } from '@farmgate/contracts/internal-messages.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import type { InternalClient } from '@farmgate/service-kit/internal-client.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { Trace } from '@farmgate/service-kit/trace.ts'
import type { z } from 'zod'
import type { Hub } from '../hub.ts'
import type { GatewayMetrics } from '../metrics.ts'
import type { RoomSession } from '../room-session.ts'
import { openLane } from './lane.ts'

const MAX_WAITING = 10_000

/** What a socket wants of messages-api: its item in the batch. `since` is the rev it had been told when it asked. */
export type Command<Item> = { session: RoomSession; item: Item; since: number }

export type RoomLane<Item> = {
  /** Throws Refusal('overloaded'). */
  push(session: RoomSession, item: Item): void
  close(): Promise<void>
}

export type LaneHolds = { messagesApi: InternalClient; hub: Hub; log: Log; metrics: GatewayMetrics; trace: Trace }

type Options<Item, Result> = {
  name: 'send' | 'change' | 'read'
  bodyOf: (items: Item[]) => object
  onLeave?: (item: Item) => void
  answer: z.ZodType<{ results: Result[] }>
  settle: (command: Command<Item>, result: Result | Refused, isRetry: boolean) => void
  maxBatch: number
}

/**
 * The lane to `POST /internal/messages/<name>/`; a room's commands keep their order. All rooms share it: a batch costs as
 * much as twenty messages, so few and large ones are cheaper.
 */
export function openRoomLane<Item extends { room_id: string }, Result extends CommandResult | ReadResult>(
  { name, bodyOf, answer, onLeave, settle, maxBatch }: Options<Item, Result>,
  { messagesApi, log, metrics }: LaneHolds,
): RoomLane<Item> {
  const ask = async (batch: readonly Command<Item>[], deadlineMs: number) => {
    metrics.batchSize.observe({ lane: name }, batch.length)
    const requestId = batch[0]?.session.connection.requestId
    const end = metrics.batchSeconds.startTimer({ lane: name })
    const { results } = await messagesApi.post(`/internal/messages/${name}/`, bodyOf(batch.map(({ item }) => item)), {
      deadlineMs,
      schema: answer,
      ...(requestId !== undefined && { requestId }),
    })
    end()
    return results
  }
  const lane = openLane<Command<Item>, Result>({
    ask,
    subjectOf: ({ item }) => item.room_id,
    onLeave(batch) {
      for (const { item } of batch) onLeave?.(item)
    },
    settle(command, result, isRetry) {
      command.session.answered()
      metrics.commands.inc({ lane: name, outcome: result.outcome })
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

/** What a change of the history came to, for the one who asked and for the room; true where it is news to the room. */
export function settleChange(
  hub: Hub,
  { session, since }: Command<unknown>,
  result: CommandResult,
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
