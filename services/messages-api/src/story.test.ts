import type { RoomEvent } from '@farmgate/contracts/room-events.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { begin, goOn, inOrder } from './story.ts'

const ROOM = '8f7c1a52-9d35-4a35-8d2b-5d0c5ef4f001'
const at = '2026-11-23T12:00:00.000Z'
const inRoom = { room_id: ROOM, at }

const story: RoomEvent[] = [
  { type: 'room.opened', ...inRoom, event_no: 1, customer_id: 'ada', farmer_id: 'bo', product_id: 'p' },
  {
    type: 'order.placed',
    ...inRoom,
    event_no: 2,
    placed_by: 'ada',
    previous: null,
    message_id: 'm2',
    body: 'Hello!',
    images: [],
  },
  {
    type: 'order.status_changed',
    ...inRoom,
    event_no: 3,
    changed_by: 'bo',
    from: 'new',
    to: 'active',
    message_id: 'm3',
    body: '',
  },
  {
    type: 'order.status_changed',
    ...inRoom,
    event_no: 4,
    changed_by: 'bo',
    from: 'active',
    to: 'completed',
    message_id: 'm4',
    body: '',
  },
  {
    type: 'order.placed',
    ...inRoom,
    event_no: 5,
    placed_by: 'ada',
    previous: 'completed',
    message_id: 'm5',
    body: 'Again!',
    images: [],
  },
]

const whole = begin(story)

describe('a story', () => {
  it('numbers its messages, counts them for the other party, and says the status it ends in', () => {
    expect(whole?.messages.map(({ seq, kind, sender_id }) => [seq, kind, sender_id])).toEqual([
      [1, 'order_placed', 'ada'],
      [2, 'order_status', 'bo'],
      [3, 'order_status', 'bo'],
      [4, 'order_placed', 'ada'],
    ])
    expect(whole?.room).toMatchObject({
      event_no: 5,
      last_seq: 4,
      rev: 4,
      order_status: 'new',
      order_seq: 4,
      customer_unread: 2,
      farmer_unread: 2,
    })
  })

  it('begins with room.opened, number 1, and not otherwise', () => {
    expect(begin([])).toBeUndefined()
    expect(begin(story.slice(1))).toBeUndefined()
  })

  it('stops before what is missing, and says where', () => {
    const start = begin(story.slice(0, 1))
    expect(start && goOn(start.room, story.slice(2)).missingAfter).toBe(1)
  })

  it('ends the same in whatever parts, orders and repeats it arrives, once nothing is missing', () => {
    const parts = fc.array(fc.shuffledSubarray(story, { minLength: 1 }), { maxLength: 8 })
    fc.assert(
      fc.property(parts, (arrivals) => {
        let told = begin(story.slice(0, 1))
        const messages = [...(told?.messages ?? [])]
        for (const arrival of [...arrivals, story]) {
          if (!told) throw new Error('no beginning')
          const step = goOn(told.room, inOrder([...arrival, ...arrival]))
          told = step.told
          messages.push(...step.told.messages)
        }
        expect(messages).toEqual(whole?.messages)
        expect(told?.room).toEqual(whole?.room)
      }),
    )
  })
})
