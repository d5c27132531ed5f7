import { afterAll, beforeAll, expect, test } from 'vitest'
import { openScriptedOrigin } from '../e2e/scripted-origin.fixture.ts'
import { createFarmgate, type Farmgate } from '../farmgate.ts'
import { changeOrderStatus } from './change-order-status.ts'
import { checkout } from './checkout.ts'
import { deleteMessage } from './delete-message.ts'
import { editMessage } from './edit-message.ts'
import { getMessage } from './get-message.ts'
import { getRoom } from './get-room.ts'
import { listMessages } from './list-messages.ts'
import { listRooms } from './list-rooms.ts'
import { markRead } from './mark-read.ts'
import { uploadImage } from './upload-image.ts'

let origin: Awaited<ReturnType<typeof openScriptedOrigin>>
let farmgate: Farmgate

beforeAll(async () => {
  origin = await openScriptedOrigin(() => ({}))
  farmgate = createFarmgate({ origin: origin.origin, token: async () => 'token' })
})
afterAll(() => origin.close())

const order = { customer_id: 'c-1', farmer_id: 'f-1', product_id: 'p-1', quantity: 1, is_post_checkout: true }

test.each<[string, string, () => Promise<unknown>]>([
  ['checkout', 'POST /chat/rooms/', () => checkout(farmgate, order, 'once')],
  ['getRoom', 'GET /chat/rooms/r-1/', () => getRoom(farmgate, 'r-1')],
  [
    'listRooms',
    'GET /chat/rooms/?limit=5&cursor=abc&order_status=new&unread=true',
    () => listRooms(farmgate, { limit: 5, cursor: 'abc', order_status: 'new', unread: true }),
  ],
  ['changeOrderStatus', 'PATCH /chat/rooms/r-1/', () => changeOrderStatus(farmgate, 'r-1', 'active')],
  [
    'listMessages',
    'GET /chat/messages/?room_id=r-1&before_seq=9',
    () => listMessages(farmgate, { room_id: 'r-1', before_seq: 9 }),
  ],
  ['getMessage', 'GET /chat/messages/m-1/', () => getMessage(farmgate, 'm-1')],
  ['editMessage', 'PATCH /chat/messages/m-1/', () => editMessage(farmgate, 'm-1', 'Saturday?')],
  ['deleteMessage', 'DELETE /chat/messages/m-1/', () => deleteMessage(farmgate, 'm-1')],
  ['markRead', 'POST /chat/messages/read/', () => markRead(farmgate, 'r-1', 7)],
  ['uploadImage', 'POST /chat/images/', () => uploadImage(farmgate, { room_id: 'r-1', file: new Blob([]) })],
])('%s asks %s', async (_, asked, operation) => {
  await operation()
  expect(origin.asked.at(-1)).toBe(asked)
})
