import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, openScriptedOrigin } from '../e2e/scripted-origin.fixture.ts'
import { createFarmgate, type Farmgate } from '../farmgate.ts'
import { getRoom } from './get-room.ts'
import { listMessages } from './list-messages.ts'
import { uploadImage } from './upload-image.ts'

let answer: Answer
let origin: Awaited<ReturnType<typeof openScriptedOrigin>>
let farmgate: Farmgate
let tokens: number

beforeEach(async () => {
  tokens = 0
  answer = () => ({})
  origin = await openScriptedOrigin((url, method) => answer(url, method))
  farmgate = createFarmgate({ origin: origin.origin, token: async () => `token-${++tokens}` })
})
afterEach(() => origin.close())

describe('a request', () => {
  test('asks for what is wanted, and gives the answer', async () => {
    answer = () => ({ results: [] })
    await expect(listMessages(farmgate, { room_id: 'r-1', after_rev: 0, limit: 5 })).resolves.toEqual({ results: [] })
    expect(origin.asked).toEqual(['GET /chat/messages/?room_id=r-1&after_rev=0&limit=5'])
  })

  test('that is refused throws the code of the table', async () => {
    answer = () => ({ status: 404, code: 'unknown_room' })
    const refused = getRoom(farmgate, 'r/1')
    await expect(refused).rejects.toMatchObject({
      name: 'FarmgateError',
      status: 404,
      code: 'unknown_room',
      temporary: false,
    })
    expect(origin.asked).toEqual(['GET /chat/rooms/r%2F1/'])
  })

  test('that comes too often says how long to wait', async () => {
    answer = () => ({ status: 429, code: 'rate_limited', retry_after: 7 })
    await expect(getRoom(farmgate, 'r-1')).rejects.toMatchObject({ temporary: true, retry_after: 7 })
  })

  test('whose token is refused goes once more with a new one', async () => {
    answer = () => (tokens === 1 ? { status: 401, code: 'unauthorized' } : { room_id: 'r-1' })
    await expect(getRoom(farmgate, 'r-1')).resolves.toEqual({ room_id: 'r-1' })
    expect(origin.asked).toHaveLength(2)
  })

  test('whose new token is refused, too, is unauthorized', async () => {
    answer = () => ({ status: 401, code: 'unauthorized' })
    await expect(getRoom(farmgate, 'r-1')).rejects.toMatchObject({ code: 'unauthorized' })
    expect(origin.asked).toHaveLength(2)
  })

  test('that nobody answers is unreachable', async () => {
    const nowhere = createFarmgate({ origin: 'http://127.0.0.1:1', token: async () => 'token' })
    await expect(getRoom(nowhere, 'r-1')).rejects.toMatchObject({ status: 0, code: 'unreachable', temporary: true })
  })

  test('that its caller aborts throws what it was aborted with', async () => {
    const reason = new Error('not wanted any more')
    await expect(getRoom(farmgate, 'r-1', AbortSignal.abort(reason))).rejects.toBe(reason)
    const upload = uploadImage(farmgate, { room_id: 'r-1', file: new Blob([]), signal: AbortSignal.abort(reason) })
    await expect(upload).rejects.toBe(reason)
  })
})
