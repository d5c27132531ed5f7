import { expect, test } from 'vitest'
import { targetOf } from './targets.ts'

test.each([
  ['/chat/rooms/', 'rooms-api'],
  ['/chat/rooms', 'rooms-api'],
  ['/chat/rooms?limit=1', 'rooms-api'],
  ['/chat/rooms/abc/', 'rooms-api'],
  ['/chat/rooms/..%2f/', 'rooms-api'],
  ['/catalog/users/u-1/', 'rooms-api'],
  ['/chat/messages/?room_id=x', 'messages-api'],
  ['/chat/messages/read', 'messages-api'],
  ['/chat/images/', 'messages-api'],
  ['/ws/inbox/?token=x', 'ws-gateway'],
])('%s is answered by %s', (url, target) => {
  expect(targetOf(url)).toBe(target)
})

test.each([
  '/',
  '/metrics',
  '/internal/rooms/',
  '//internal/rooms/',
  '/%69nternal/rooms/',
  '/INTERNAL/rooms/',
  '/chat/roomsx/',
  '/ws/../internal/rooms/',
  '/ws/../metrics',
  '/chat/rooms/%2e%2e/%2e%2e/internal/',
  '/chat/rooms/..\\..\\internal/',
  '//chat/rooms/',
  'http://rooms-api/internal/',
  '*',
  '',
])('%s is passed on to nobody', (url) => {
  expect(targetOf(url)).toBeUndefined()
})
