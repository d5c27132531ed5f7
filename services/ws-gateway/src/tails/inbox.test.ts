import { type CardFrame, updatedFields } from '@farmgate/contracts/inbox-events.ts'
import { toFlat } from '@farmgate/streams/entries.ts'
import { expect, test } from 'vitest'
import { Inboxes, InboxSession } from '../inboxes.ts'
import { inboxEntries } from './inbox.ts'

/** A gateway at which these users look at their lists. */
function hearer(...users: string[]) {
  const inboxes = new Inboxes()
  const told: string[] = []
  for (const user of users) {
    const connection = { send: (frame: string) => told.push(`${user} ${frame}`), close: () => undefined }
    const session = new InboxSession(connection as never, user)
    inboxes.enter(session)
    session.welcome('welcome')
  }
  told.length = 0
  const warned: string[] = []
  const log = { warn: (_about: object, event: string) => warned.push(event) }
  const hear = inboxEntries({ inboxes, log: log as never })
  return { hear: (fields: Record<string, string>) => hear('1-0', toFlat(fields)), told, warned }
}

const card = (user_id: string, frame: string): CardFrame & { request_id: string } => ({
  user_id,
  room_id: `room of ${frame}`.replaceAll(' ', '-'),
  frame,
  request_id: '',
})

test('rooms.updated: each card goes to whoever looks at its list here', () => {
  const { hear, told } = hearer('c-1', 'f-1')
  expect(hear(updatedFields([card('c-1', 'A'), card('c-2', 'B'), card('f-1', 'C'), card('c-1', 'D')]))).toBe(true)
  expect(told).toEqual(['c-1 A', 'f-1 C', 'c-1 D'])
})

test('rooms.updated: where nobody looks it is no news', () => {
  const fields = updatedFields([card('c-2', 'A'), card('c-3', 'B')])
  expect(fields.type).toBe('rooms.updated')
  expect(hearer('c-1').hear(fields)).toBe(false)
})

test('room.updated, as one card was told before, is heard as well', () => {
  const { hear, told } = hearer('c-1')
  expect(hear({ type: 'room.updated', ...card('c-1', 'A') })).toBe(true)
  expect(hear({ type: 'room.updated', ...card('c-2', 'B') })).toBe(false)
  expect(told).toEqual(['c-1 A'])
})

test.each([
  ['a frame is missing', { frames: 'A' }],
  ['a room is missing', { room_ids: 'one' }],
  ['the type is another', { type: 'room.moved' }],
])('where %s nothing is told, and it is said', (_, fault) => {
  const { hear, told, warned } = hearer('c-1')
  expect(hear({ ...updatedFields([card('c-1', 'A'), card('c-1', 'B')]), ...fault })).toBe(false)
  expect(told).toEqual([])
  expect(warned).toEqual(['entry.malformed'])
})
