import { rawToken } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { expect, test } from 'vitest'
import { createFarmgate } from '../farmgate.ts'
import { cardOf } from '../inbox/card.fixture.ts'
import { openInbox } from '../open-inbox.ts'
import { openScriptedOrigin } from './scripted-origin.fixture.ts'

test('what is unread is as the socket said it, where the page was read before and came after', async () => {
  const page = Promise.withResolvers<object>()
  const origin = await openScriptedOrigin(() => page.promise)
  const inbox = openInbox(createFarmgate({ origin: origin.origin, token: async () => rawToken({ sub: 'f-1' }) }))
  const visit = await origin.visit(1)
  visit.say({ type: 'welcome', user_id: 'f-1', total_unread: 1, heartbeat_s: 20 })
  await until(() => origin.asked.length === 1)
  visit.say({ type: 'room.updated', room: cardOf(1, 2, { unread_count: 2 }), total_unread: 2 })
  await until(() => inbox.getSnapshot().total_unread === 2)
  page.resolve({ results: [cardOf(1, 1, { unread_count: 1 })], next_cursor: null, total_unread: 1 })
  await until(() => inbox.getSnapshot().loaded)
  expect(inbox.getSnapshot()).toMatchObject({ total_unread: 2, rooms: [{ unread_count: 2 }] })
  await inbox.close()
  await origin.close()
})
