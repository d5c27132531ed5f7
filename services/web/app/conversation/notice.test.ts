import { expect, test } from 'vitest'
import { type Notice, noticeOf } from './notice.ts'

type State = Parameters<typeof noticeOf>[0]

function said(states: State[]): Notice[] {
  let notice: Notice
  return states.map((state) => {
    notice = noticeOf(state, notice)
    return notice
  })
}

test('a room that opens says nothing', () => {
  expect(said(['connecting', 'live'])).toEqual([undefined, undefined])
})

test('a lost connection is said until there is one again, through every try', () => {
  expect(said(['live', 'waiting', 'connecting', 'waiting', 'connecting', 'live'])).toEqual([
    undefined,
    'waiting',
    'waiting',
    'waiting',
    'waiting',
    undefined,
  ])
})

test('the newest reason is said', () => {
  expect(said(['waiting', 'offline', 'connecting', 'closed'])).toEqual(['waiting', 'offline', 'offline', 'closed'])
})
