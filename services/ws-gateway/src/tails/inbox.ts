import { INBOX_STREAM, type inboxEvents } from '@farmgate/contracts/inbox-events.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { field } from '@farmgate/streams/entries.ts'
import type { Inboxes } from '../inboxes.ts'
import type { EntryHandler } from './tail-streams.ts'

const SHARED: keyof typeof inboxEvents = 'rooms.updated'
const SINGLE: keyof typeof inboxEvents = 'room.updated'

type Hearers = { inboxes: Inboxes; log: Log }

/** Cards of chat lists that changed: passed on as they are. */
export const inboxEntries =
  ({ inboxes, log }: Hearers): EntryHandler =>
  (id, fields) => {
    const cards = cardsOf(fields, (userId) => inboxes.has(userId))
    if (!cards) log.warn({ stream: INBOX_STREAM, entry: id }, 'entry.malformed')
    let isNews = false
    for (const card of cards ?? []) isNews = inboxes.tell(...card) || isNews
    return isNews
  }

type CardOf = [userId: string, roomId: string, frame: string]

/** Those that somebody looks at here, most often none; undefined where the entry is no such. */
function cardsOf(fields: readonly string[], isOpen: (userId: string) => boolean): CardOf[] | undefined {
  const type = field(fields, 'type')
  if (type !== SHARED) return type === SINGLE ? single(fields) : undefined
  const users = field(fields, 'user_ids')?.split(' ') ?? []
  const rooms = field(fields, 'room_ids')?.split(' ') ?? []
  if (users.length !== rooms.length) return undefined
  if (!users.some(isOpen)) return []
  const frames = field(fields, 'frames')?.split('\n') ?? []
  if (frames.length !== users.length) return undefined
  return users.flatMap((user, at): CardOf[] => (isOpen(user) ? [[user, rooms[at] ?? '', frames[at] ?? '']] : []))
}

function single(fields: readonly string[]): CardOf[] | undefined {
  const [userId, roomId, frame] = [field(fields, 'user_id'), field(fields, 'room_id'), field(fields, 'frame')]
  return userId && roomId && frame ? [[userId, roomId, frame]] : undefined
}
