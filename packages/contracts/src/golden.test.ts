import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { inboxClientFrames, roomClientFrames } from './client-frames.ts'
import { inboxEvents } from './inbox-events.ts'
import { messageEvents } from './message-events.ts'
import { roomEvents } from './room-events.ts'
import { inboxServerFrames, roomServerFrames } from './server-frames.ts'
import { signals } from './signals.ts'

/*
 * A golden example of every frame and event, as it once went over the wire. They are added to and never changed: what
 * was said by the last version must parse in this one.
 */

const tables = {
  'room-client-frames': roomClientFrames,
  'inbox-client-frames': inboxClientFrames,
  'room-server-frames': roomServerFrames,
  'inbox-server-frames': inboxServerFrames,
  'room-events': roomEvents,
  'message-events': messageEvents,
  'inbox-events': inboxEvents,
  signals,
} satisfies Record<string, Record<string, z.ZodType>>

const golden = z.record(z.string(), z.unknown())

describe.each(Object.entries(tables))('golden %s', (name, table: Record<string, z.ZodType>) => {
  const examples = golden.parse(JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')))

  it('has an example of every row, and only of rows', () => {
    expect(Object.keys(examples).sort()).toEqual(Object.keys(table).sort())
  })

  it.each(Object.keys(table))('%s parses', (type) => {
    expect(table[type]?.parse(examples[type])).toMatchObject({ type })
  })
})
