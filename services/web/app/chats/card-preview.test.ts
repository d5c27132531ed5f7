import type { LastMessage, Room } from '@farmgate/contracts/rooms.ts'
import { expect, test } from 'vitest'
import { chats } from '../texts/en/chats.ts'
import { bringsPhotos, previewOf } from './card-preview.ts'

const ADA = 'customer-ada'
const BO = 'farm-bo'

const message: LastMessage = {
  message_id: 'm',
  seq: 1,
  kind: 'text',
  sender_id: BO,
  preview: 'Friday?',
  has_images: false,
  created_at: '2026-11-23T12:00:00.000Z',
}

function preview(last: Partial<LastMessage> | null): string {
  const room = { order_status: 'active', last_message: last && { ...message, ...last } } as Room
  return previewOf(room, ADA, chats.preview, '2.5 kg')
}

test.each([
  [{}, 'Friday?'],
  [{ sender_id: ADA }, 'You: Friday?'],
  [{ preview: '', has_images: true }, 'Photo'],
  [{ preview: 'Mine', has_images: true, sender_id: ADA }, 'You: Mine'],
  [{ preview: '' }, 'Message deleted'],
  [{ kind: 'order_placed', sender_id: ADA }, 'You ordered 2.5 kg'],
  [{ kind: 'order_placed' }, 'Ordered 2.5 kg'],
  [{ kind: 'order_status', preview: 'The order is now active.', sender_id: ADA }, 'The order is active'],
  [null, 'Nothing written yet'],
] as const)('%o reads as %s', (last, expected) => {
  expect(preview(last)).toBe(expected)
})

test('only a message with photos has their sign; the picture of what was ordered is no photo', () => {
  expect(bringsPhotos({ ...message, has_images: true })).toBe(true)
  expect(bringsPhotos({ ...message, has_images: true, kind: 'order_placed' })).toBe(false)
  expect(bringsPhotos(message)).toBe(false)
  expect(bringsPhotos(null)).toBe(false)
})
