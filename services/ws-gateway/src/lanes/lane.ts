import { setTimeout as wait } from 'node:timers/promises'
import type { Refused } from '@farmgate/contracts/internal-messages.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'

/** A batch that cannot be delivered is tried again until this has passed since the first of it was asked for. */
const GIVE_UP_MS = 4_000
const BACKOFF_MS = 50
const BACKOFF_MOST_MS = 500
/** The last attempt still gets this long. */
const LEAST_DEADLINE_MS = 500
/** A batch that takes longer than this is passed by: under load the next one is large by then. */
const PATIENCE_MS = 20
/** Batches side by side. */
export const MOST_UNDER_WAY = 4

export type Lane<Command> = {
  /** Takes a command, or throws Refusal('overloaded'). Its answer comes to `settle`. */
  push(command: Command): void
  /** Takes no more, and ends when everything taken is answered. */
  close(): Promise<void>
}

type Options<Command, Result> = {
  /** Delivers a batch; repeated as it is while the error is transient, so it must be harmless to repeat. */
  ask: (batch: readonly Command[], deadlineMs: number) => Promise<readonly Result[]>
  /** Commands of one subject stay in order. */
  subjectOf: (command: Command) => string
  /** These no longer wait: once for each command, before its first attempt or its refusal. */
  onLeave?: (commands: readonly Command[]) => void
  /** The answer to one command, and whether it may be that of an earlier attempt. What it throws harms no other. */
  settle: (command: Command, result: Result | Refused, isRetry: boolean) => void
  isTransient: (error: unknown) => boolean
  /** An error that should not be: a bug at one of the two ends. */
  onBug: (error: unknown) => void
  maxBatch: number
  maxWaiting: number
  giveUpMs?: number
  patienceMs?: number
}

type Waiting<Command> = { command: Command; subject: string; since: number }
type Batch = { isSlow: boolean; done: Promise<void> }

/**
 * Commands on their way to their owner; those of one subject stay in order. While a batch is under way new ones wait; when
 * it is back, all that waited leave together. One alone leaves with this turn of the event loop, and under load batches
 * grow by themselves. A batch whose answer was lost is repeated before anything of its subjects moves, so order holds; one
 * that takes long holds up its own subjects only: past it the others leave.
 */
export function openLane<Command, Result>(options: Options<Command, Result>): Lane<Command> {
  const { ask, subjectOf, onLeave, isTransient, onBug, maxBatch, maxWaiting } = options
  const { giveUpMs = GIVE_UP_MS, patienceMs = PATIENCE_MS } = options
  let waiting: Waiting<Command>[] = []
  const underWay = new Set<Batch>()
  const busy = new Set<string>()
  let turn: Promise<void> | undefined
  let closing = false

  const settle: typeof options.settle = (...answer) => {
    try {
      options.settle(...answer)
    } catch (error) {
      onBug(error)
    }
  }
  const refuse = (batch: readonly Waiting<Command>[], refused: Refused) => {
    for (const { command } of batch) settle(command, refused, false)
  }
  const takeOut = (isTaken: (one: Waiting<Command>) => boolean) => {
    const { taken = [], left = [] } = Object.groupBy(waiting, (one) => (isTaken(one) ? 'taken' : 'left'))
    waiting = left
    if (taken.length > 0) onLeave?.(taken.map(({ command }) => command))
    return taken
  }
  const deliver = async (commands: readonly Command[], deadlineMs: number, isRetry: boolean) => {
    const results = await ask(commands, deadlineMs)
    if (results.length !== commands.length) throw new Error(`${results.length} answers to ${commands.length} commands`)
    results.forEach((result, at) => {
      const command = commands[at]
      if (command !== undefined) settle(command, result, isRetry)
    })
  }
  /** Those who have waited as long as the batch that failed would only fail later than they need to. */
  const giveUp = (batch: readonly Waiting<Command>[]) => {
    const since = Date.now() - giveUpMs
    const late = takeOut((one) => closing || one.since <= since)
    refuse([...batch, ...late], { outcome: 'refused', code: 'unavailable' })
  }
  const leave = async (batch: readonly Waiting<Command>[]) => {
    const commands = batch.map(({ command }) => command)
    // Who has waited longest decides: behind a batch that was given up there is one last attempt, and then the refusal.
    const giveUpAt = (batch[0]?.since ?? Date.now()) + giveUpMs
    for (let attempt = 0; ; attempt++) {
      const backoffMs = Math.min(BACKOFF_MOST_MS, BACKOFF_MS * 2 ** attempt)
      try {
        return await deliver(commands, Math.max(LEAST_DEADLINE_MS, giveUpAt - Date.now()), attempt > 0)
      } catch (error) {
        if (!isTransient(error)) return refuseBug(batch, error)
        if (Date.now() + backoffMs >= giveUpAt) return giveUp(batch)
        await wait(backoffMs)
      }
    }
  }
  const refuseBug = (batch: readonly Waiting<Command>[], error: unknown) => {
    onBug(error)
    refuse(batch, { outcome: 'refused', code: error instanceof Refusal ? error.code : 'internal' })
  }

  /** Whether another batch may leave: none is under way, or those that are take long. */
  const isFree = () => underWay.size < MOST_UNDER_WAY && [...underWay].every(({ isSlow }) => isSlow)
  /** All that may leave together, where anything may. */
  const leaveNext = () => {
    if (waiting.length === 0 || !isFree()) return
    let room = maxBatch
    const commands = takeOut(({ subject }) => !busy.has(subject) && room-- > 0)
    if (commands.length > 0) begin(commands)
  }
  const begin = (commands: readonly Waiting<Command>[]) => {
    for (const { subject } of commands) busy.add(subject)
    const batch: Batch = { isSlow: false, done: leave(commands).then(() => end()) }
    underWay.add(batch)
    // Told by the timer, which may be early by a part of a millisecond: who looked at a clock then would never look again.
    const impatience = setTimeout(() => {
      batch.isSlow = true
      leaveNext()
    }, patienceMs)
    const end = () => {
      clearTimeout(impatience)
      for (const { subject } of commands) busy.delete(subject)
      underWay.delete(batch)
      leaveNext()
    }
  }
  const atEndOfTurn = async () => {
    await endOfTurn()
    turn = undefined
    leaveNext()
  }

  return {
    push(command) {
      if (closing || waiting.length >= maxWaiting) throw new Refusal('overloaded')
      waiting.push({ command, subject: subjectOf(command), since: Date.now() })
      if (isFree()) turn ??= atEndOfTurn()
    },
    async close() {
      closing = true
      while (turn || underWay.size > 0) await Promise.all([turn, ...[...underWay].map(({ done }) => done)])
    },
  }
}

/** What other sockets say in the same turn of the event loop shall leave in the same batch. */
const endOfTurn = () => new Promise<void>((resolve) => setImmediate(resolve))
