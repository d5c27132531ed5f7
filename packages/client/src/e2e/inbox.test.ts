import { rawToken } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, expect, test } from 'vitest'
import { createFarmgate } from '../farmgate.ts'
import { cardOf } from '../inbox/card.fixture.ts'
import type { LiveInbox } from '../inbox-snapshot.ts'
import { openInbox } from '../open-inbox.ts'
import { type Answer, openScriptedOrigin } from './scripted-origin.fixture.ts'

let origin: Awaited<ReturnType<typeof openScriptedOrigin>>
let inbox: LiveInbox

async function open(answer: Answer) {
  origin = await openScriptedOrigin(answer)
  const token = async () => rawToken({ sub: 'f-1' })
  inbox = openInbox(createFarmgate({ origin: origin.origin, token, backoff: { base: 1, cap: 5 } }))
}

afterEach(async () => {
  await inbox.close()
  await origin.close()
})

const pageOf = (unread_count: number) => ({
  results: [cardOf(1, 1, { unread_count })],
  next_cursor: null,
  total_unread: unread_count,
})
const welcome = (total_unread: number) => ({ type: 'welcome', user_id: 'f-1', total_unread, heartbeat_s: 20 }) as const

test('what is unread is as the socket said it, where the page was read before and came after', async () => {
  const page = Promise.withResolvers<object>()
  await open(() => page.promise)
  const visit = await origin.visit(1)
  await until(() => origin.asked.length === 1)
  visit.say(welcome(1))
  await until(() => origin.asked.length === 2)
  visit.say({ type: 'room.updated', room: cardOf(1, 2, { unread_count: 2 }), total_unread: 2 })
  await until(() => inbox.getSnapshot().total_unread === 2)
  page.resolve(pageOf(1))
  await until(() => inbox.getSnapshot().loaded)
  expect(inbox.getSnapshot()).toMatchObject({ total_unread: 2, rooms: [{ unread_count: 2 }] })
})

test('the list does not wait for a socket, and is read again after the welcome', async () => {
  let unread = 1
  await open(() => pageOf(unread))
  await until(() => inbox.getSnapshot().loaded)
  expect(inbox.getSnapshot()).toMatchObject({ connection: { state: 'connecting' }, total_unread: 1 })
  unread = 2
  const visit = await origin.visit(1)
  visit.say(welcome(2))
  await until(() => inbox.getSnapshot().rooms[0]?.unread_count === 2)
  expect(origin.asked).toHaveLength(2)
})

test('a list that could not be read is asked for with each try to connect, until it is there', async () => {
  let tries = 0
  await open(() => (++tries < 4 ? { status: 503, code: 'unavailable' } : pageOf(1)))
  await until(() => inbox.getSnapshot().loaded)
  expect(inbox.getSnapshot()).toMatchObject({ rooms: [{ unread_count: 1 }], error: undefined })
  expect(tries).toBe(4)
})
