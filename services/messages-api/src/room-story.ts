import { storyAnswer } from '@farmgate/contracts/internal-rooms.ts'
import type { HeardEvent } from '@farmgate/contracts/room-events.ts'
import { announceStories } from './announce.ts'
import type { Held } from './held.ts'
import { begin, goOn, inOrder } from './story.ts'
import { type CauseOf, lockRoom, openRooms, writeStory } from './story-statements.ts'

/*
 * What rooms-api says of its rooms becomes part of their history here. The events of a room are numbered 1, 2, 3 …,
 * and each is applied once, in that order, whatever way and however often they arrive: where one is missing, the rest
 * of the story is asked of rooms-api. `messages.rooms.event_no` is how far a room's story has been applied.
 */

/** Asking rooms-api for a story may take this long: a reader waits for it. */
const STORY_DEADLINE_MS = 2_000

/**
 * Applies events as they come: of any rooms, in any order, repeated, or with some missing. Throws `Refusal`
 * `unknown_room` where a missing part is of a room that rooms-api does not know. `causeOf` tells which request caused a
 * room's events.
 */
export async function applyRoomEvents(
  held: Held,
  events: readonly HeardEvent[],
  causeOf: CauseOf = () => '',
): Promise<void> {
  const stories = [...Map.groupBy(events, (event) => event.room_id)].map(([, story]) => inOrder(story))
  const opened = await open(held, stories, causeOf)
  for (const story of stories) {
    const [first, last] = [story[0], story.at(-1)]
    if (!first || opened.get(first.room_id) === last?.event_no) continue
    await continueStory(held, first.room_id, story, causeOf(first.room_id))
  }
}

/** Asks rooms-api for a room from its beginning and applies what is new. Throws `Refusal` `unknown_room`. */
export async function hearStory(held: Held, roomId: string, requestId = ''): Promise<void> {
  const story = await ask(held, roomId, 0, requestId)
  if (!begin(story)) throw new Error(`rooms-api tells the story of ${roomId} without its beginning`)
  await applyRoomEvents(held, story, () => requestId)
}

async function ask(held: Held, roomId: string, after: number, requestId: string): Promise<HeardEvent[]> {
  const { events } = await held.rooms.post(
    '/internal/rooms/story/',
    { room_id: roomId, after },
    { deadlineMs: STORY_DEADLINE_MS, requestId, schema: storyAnswer },
  )
  return events
}

/** All rooms that are new to us, in one statement; answers which were, and up to which event they have been told. */
async function open(held: Held, stories: readonly HeardEvent[][], causeOf: CauseOf): Promise<Map<string, number>> {
  const begun = stories.flatMap((story) => begin(story) ?? [])
  if (begun.length === 0) return new Map()
  const opened = await held.db.run((sql) => openRooms(sql, begun, causeOf))
  const boxes = new Map(opened.map((row) => [row.room_id, row.outbox_id]))
  announceStories(
    held,
    begun.map((told) => {
      const { room_id } = told.room
      return { told, box: boxes.get(room_id), requestId: causeOf(room_id), isForeseen: true }
    }),
  )
  return new Map(begun.flatMap(({ room }) => (boxes.has(room.room_id) ? [[room.room_id, room.event_no]] : [])))
}

async function continueStory(held: Held, roomId: string, story: HeardEvent[], requestId: string): Promise<void> {
  const missing = await applyNext(held, roomId, story, requestId)
  if (missing === undefined) return
  if (missing === 'unknown room') return hearStory(held, roomId, requestId)
  const rest = await ask(held, roomId, missing, requestId)
  const still = await applyNext(held, roomId, rest, requestId)
  if (still !== undefined) throw new Error(`rooms-api tells the story of ${roomId} with a gap after ${still}`)
}

/** Under the room's lock, all that follows without a gap; answers after which event the rest is missing. */
async function applyNext(
  held: Held,
  roomId: string,
  story: readonly HeardEvent[],
  requestId: string,
): Promise<number | 'unknown room' | undefined> {
  const done = await held.db.begin(async (tx) => {
    const room = await lockRoom(tx, roomId)
    if (!room) return undefined
    const { told, missingAfter } = goOn(room, story)
    const changed = told.room.event_no > room.event_no
    return { told, missingAfter, box: changed ? await writeStory(tx, told, requestId) : undefined }
  })
  if (!done) return 'unknown room'
  announceStories(held, [{ ...done, requestId }])
  return done.missingAfter
}
