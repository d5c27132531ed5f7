import { expect, test } from 'vitest'
import { FarmgateError, type FarmgateErrorCode } from '../errors.ts'
import { failure } from './failure.ts'

test.each([
  [404, 'unknown_room', { because: 'final', code: 4404 }],
  [400, 'invalid_path', { because: 'final', code: 4404 }],
  [401, 'unauthorized', { because: 'token' }],
  [503, 'unavailable', { because: 'away', retry_after_ms: 3_000 }],
  [404, 'unreadable', { because: 'away' }],
  [400, 'unreadable', { because: 'away' }],
] satisfies [number, FarmgateErrorCode, object][])('%i %s', (status, code, expected) => {
  expect(failure(new FarmgateError({ status, code, detail: '' }, 3))).toMatchObject({ type: 'failed', ...expected })
})
