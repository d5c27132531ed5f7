import { changeOrderStatusBody, room, roomPath } from '@farmgate/contracts/rooms.ts'
import type { Database } from '@farmgate/postgres/database.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { problems } from '@farmgate/service-kit/problems.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Announcer } from '../announcer.ts'
import type { MessagesApi } from '../messages-api.ts'
import { stepOf } from '../order-transitions.ts'
import { takeStep } from '../orders.ts'
import { NOTHING_TOLD, recordChange } from '../record-change.ts'
import { asParty, readRoom, seenBy } from '../stored-room.ts'

type Holds = { db: Database; announcer: Announcer; messagesApi: MessagesApi }

const schema = {
  tags: ['rooms'],
  summary: 'The farmer moves the order one step on',
  description:
    'new → active → completed. The status it already has changes and announces nothing. A change appears in the history.',
  params: roomPath,
  body: changeOrderStatusBody,
  response: { 200: room, ...problems('unknown_room', 'not_the_farmer', 'illegal_transition') },
}

/** PATCH /chat/rooms/{room_id}/ — one step, taken once, however many ask for it at once. */
export function changeOrderStatus(app: App, { db, announcer, messagesApi }: Holds): void {
  app.patch('/chat/rooms/:room_id/', { schema }, async ({ id, params, body, user }) => {
    const { told, after } = await db.begin(async (tx) => {
      const { room, party } = asParty(await readRoom(tx, params.room_id, { lock: true }), user)
      const step = stepOf(room.order_status, body.order_status, party)
      if (step === 'unchanged') return { told: NOTHING_TOLD, after: room }
      if (typeof step === 'string') throw new Refusal(step, undefined, currentIn(step, room.order_status))
      const change = takeStep(room, step, user.id, new Date().toISOString())
      return { told: await recordChange(tx, change, id), after: change.room }
    })
    announcer.tell(told)
    await messagesApi.nudge(told.events, id)
    return seenBy(after, user.id)
  })
}

const currentIn = (code: string, current: string | null) => (code === 'illegal_transition' ? { current } : {})
