import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { reconcile } from './reconcile.ts'
import { anOpenRoom, changeStatus, type Instance, openRig, placeOrder, type Rig } from './rig.fixture.ts'

let rig: Rig
let api: Instance
beforeAll(async () => {
  rig = await openRig()
  ;[api] = rig.instances as [Instance]
})
afterAll(() => rig.close())

const known = async (room_id: string) =>
  (await rig.admin`select event_no from messages.rooms where room_id = ${room_id}`)[0]?.event_no

it('hears the rooms that are behind, and changes nothing of the others', async () => {
  const rooms = Array.from({ length: 20 }, () => anOpenRoom(rig.rooms, { ordered: true }))
  expect(await reconcile(api)).toBe(0)
  for (const room_id of rooms) expect(await known(room_id)).toBe(2)
  changeStatus(rig.rooms, rooms[3] ?? '', 'new', 'active')
  expect(await reconcile(api)).toBe(0)
  expect(await known(rooms[3] ?? '')).toBe(3)
})

it('a room that cannot be heard keeps no other waiting, and is tried again', async () => {
  const rooms = Array.from({ length: 5 }, () => anOpenRoom(rig.rooms))
  const [broken = '', ...others] = rooms.toSorted()
  const whole = rig.rooms.stories.get(broken) ?? []
  rig.rooms.stories.set(broken, [...whole, { ...placeOrder(rig.rooms, broken), event_no: 5 }])
  expect(await reconcile(api)).toBe(1)
  for (const room_id of others) expect(await known(room_id)).toBe(1)
  rig.rooms.stories.set(broken, whole.slice(0, 1))
  await until(async () => (await reconcile(api)) === 0)
  expect(await known(broken)).toBe(1)
})
