import { Writable } from 'node:stream'
import { expect, test } from 'vitest'
import { createLog } from './log.ts'

function capture() {
  const lines: string[] = []
  const sink = new Writable({
    write(chunk, _encoding, done) {
      lines.push(String(chunk))
      done()
    },
  })
  return { log: createLog('rooms-api', 'info', sink), lines }
}

test('a line has the service, an ISO time and a named level', () => {
  const { log, lines } = capture()
  log.info({ room_id: 'r' }, 'room.opened')
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    service: 'rooms-api',
    room_id: 'r',
    msg: 'room.opened',
  })
})

test('tokens, cookies, bodies, query strings and statements do not get through', () => {
  const { log, lines } = capture()
  const canary = 'canary-1'
  log.info({ token: canary, headers: { authorization: canary, cookie: canary } })
  log.info({ message: { body: canary }, deep: { message: { body: canary } } })
  log.info({ a: { b: { c: { d: { e: canary } } } } })
  log.info({ req: { method: 'GET', url: `/ws/inbox/?token=${canary}`, headers: { authorization: canary } } })
  const failed = Object.assign(new Error(`Failed query: select\nparams: ${canary}`), {
    query: canary,
    parameters: [canary],
  })
  log.error({ err: failed })
  log.error({ err: new Error('outer', { cause: Object.assign(new Error('x'), { detail: canary, code: '23505' }) }) })
  log.error({ err: new Error(`GET http://x/y?token=${canary} failed`) })
  expect(lines).toHaveLength(7)
  expect(lines.join('')).not.toContain(canary)
})
