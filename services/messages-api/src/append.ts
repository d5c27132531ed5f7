import { DependencyAway, isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { type Appended, type Attempt, appendBatch } from './append-batch.ts'
import type { Send } from './append-statement.ts'
import type { Held } from './held.ts'
import { hearStory } from './room-story.ts'

/**
 * The one way into a history for what parties write: a batch, texts in one statement and one commit, a room with images
 * step by step. Answers stand in the order of the sends, and are given after the commit of messages, numbers and outgoing
 * events; Redis is not waited for.
 *
 * A send whose client_message_id its sender has used in that room is answered with the message of then. A room that
 * we have not heard of is asked of rooms-api first; to strangers it is unknown.
 */
export async function append(held: Held, sends: readonly Send[], requestId: string): Promise<Appended[]> {
  if (sends.every((send) => send.image_ids.length === 0)) return appendTogether(held, sends, requestId)
  const answers: Appended[] = []
  await Promise.all(
    runsOf(sends).map(async (steps) => {
      let away: DependencyAway | undefined
      for (const step of steps) {
        const some = step.flatMap((i) => sends[i] ?? [])
        // What was said after a send that may come again must not overtake it.
        const settled = away ? some.map(() => refused(away)) : await appendOrRefuse(held, some, requestId)
        step.forEach((at, i) => {
          answers[at] = settled[i] ?? refused(undefined)
        })
        away ??= settled.map(awayOf).find(Boolean)
      }
    }),
  )
  return answers
}

/**
 * Sends by their places, in runs that may go side by side, each step by step: all rooms without images are one step, and
 * in a room with images each send is one, so that its order holds and a refusal is its own.
 */
function runsOf(sends: readonly Send[]): number[][][] {
  const apart = new Set(sends.flatMap((send) => (send.image_ids.length > 0 ? [send.room_id] : [])))
  const runs = Map.groupBy(sends.keys(), (i) => {
    const room = sends[i]?.room_id ?? ''
    return apart.has(room) ? room : 'together'
  })
  return [...runs].map(([room, places]) => (room === 'together' ? [places] : places.map((place) => [place])))
}

const awayOf = (answer: Appended): DependencyAway | undefined =>
  answer.outcome === 'refused' && answer.refusal instanceof DependencyAway ? answer.refusal : undefined

/** A step is refused alone, for its images or since Postgres is away: others may have been committed. */
async function appendOrRefuse(held: Held, sends: readonly Send[], requestId: string): Promise<Appended[]> {
  try {
    return await appendTogether(held, sends, requestId)
  } catch (error) {
    const isForImages = error instanceof Refusal && (error.code === 'unknown_image' || error.code === 'image_used')
    if (isForImages) return [{ outcome: 'refused', refusal: error }]
    if (!isDependencyAway(error)) throw error
    return sends.map(() => refused(new DependencyAway('postgres', error)))
  }
}

async function appendTogether(held: Held, sends: readonly Send[], requestId: string): Promise<Appended[]> {
  const attempts = await appendUnique(held, sends, requestId)
  const unheard = [...attempts.keys()].filter((i) => attempts[i] === 'unheard')
  if (unheard.length > 0) await appendHeard(held, sends, unheard, attempts, requestId)
  return attempts.map((attempt) => (attempt === 'unheard' ? refused(undefined) : attempt))
}

/** Settles the attempts at `unheard`: rooms-api is asked for their rooms, and who could be heard is appended. */
async function appendHeard(
  held: Held,
  sends: readonly Send[],
  unheard: readonly number[],
  attempts: Attempt[],
  requestId: string,
): Promise<void> {
  const left = unheard.flatMap((i) => sends[i] ?? [])
  const reasons = await hearAll(held, left)
  const again = await appendUnique(held, left, requestId)
  unheard.forEach((at, i) => {
    const attempt = again[i] ?? 'unheard'
    attempts[at] = attempt === 'unheard' ? refused(reasons.get(left[i]?.room_id ?? '')) : attempt
  })
}

/** Asks rooms-api for rooms we do not know; per room, why that failed. */
async function hearAll(held: Held, sends: readonly Send[]): Promise<Map<string, unknown>> {
  const rooms = [...new Set(sends.map((send) => send.room_id))]
  const heard = await Promise.allSettled(rooms.map((room) => hearStory(held, room)))
  return new Map(heard.flatMap((it, i) => (it.status === 'rejected' ? [[rooms[i] ?? '', it.reason]] : [])))
}

function refused(reason: unknown): Appended {
  const known = reason instanceof Refusal || reason instanceof DependencyAway
  return { outcome: 'refused', refusal: known ? reason : new Refusal('unknown_room') }
}

/** One send per (room, sender, client_message_id) goes to the database; its repeats in the batch get its answer. */
async function appendUnique(held: Held, sends: readonly Send[], requestId: string): Promise<Attempt[]> {
  if (sends.length === 0) return []
  const unique: Send[] = []
  const firsts = new Map<string, number>()
  const indexOf = sends.map((send) => {
    const key = send.client_message_id === null ? null : `${send.room_id} ${send.sender_id} ${send.client_message_id}`
    const first = key === null ? undefined : firsts.get(key)
    if (first !== undefined) return first
    if (key !== null) firsts.set(key, unique.length)
    return unique.push(send) - 1
  })
  const attempts = await appendBatch(held, unique, requestId)
  const told = new Set<number>()
  return indexOf.map((index) => {
    const attempt = attempts[index] ?? 'unheard'
    const repeat = told.has(index) && attempt !== 'unheard' && attempt.outcome === 'stored'
    told.add(index)
    return repeat ? { ...attempt, outcome: 'repeated' } : attempt
  })
}
