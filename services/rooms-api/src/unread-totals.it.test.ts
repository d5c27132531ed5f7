import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyCards } from './cards.ts'
import { cardOf, openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
  await rig.product('p-1')
})
afterAll(() => rig.close())

/** Users whose total is not what a recount of their rooms gives. */
const wrong = () =>
  rig.db.run(
    (sql) => sql<{ user_id: string }[]>`
      with recount (user_id, n) as (
        select customer_id, customer_unread from rooms.rooms union all select farmer_id, farmer_unread from rooms.rooms
      )
      select user_id from (select user_id, sum(n) as total from recount group by user_id) as counted
      full join rooms.unread_totals kept using (user_id)
      where coalesce(counted.total, 0) <> coalesce(kept.total, 0)`,
  )

const unread = fc.record({ customer: fc.integer({ min: 0, max: 9 }), farmer: fc.integer({ min: 0, max: 9 }) })

test('totals equal a recount, whatever moves the counts and however much at once', async () => {
  const rooms = await Promise.all(Array.from({ length: 8 }, (_, n) => rig.room({ customer_id: `c-${n % 5}` })))
  let rev = 2
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.tuple(fc.nat(7), unread), { minLength: 1 }), { maxLength: 4 }),
      async (steps) => {
        const batches = steps.map((step) =>
          step.flatMap(([at, { customer, farmer }]) => {
            const room = rooms[at]
            return room ? [cardOf(room, { card_rev: ++rev, customer_unread: customer, farmer_unread: farmer })] : []
          }),
        )
        await Promise.all(batches.map((cards) => rig.db.run((sql) => applyCards(sql, cards))))
        expect(await wrong()).toEqual([])
      },
    ),
    { numRuns: 30 },
  )
})

test('a count that was wrong is healed by the card, and the total with it', async () => {
  const room = await rig.room({ customer_id: 'c-healed' })
  await rig.db.run(
    (sql) => sql`update rooms.rooms set farmer_unread = 99, card_rev = 0 where room_id = ${room.room_id}`,
  )
  await rig.db.run((sql) => applyCards(sql, [cardOf(room)]))
  expect(await wrong()).toEqual([])
})
