import { openDatabase } from '@farmgate/postgres/database.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { messagesByRev } from './by-rev.ts'
import { anOpenRoom, ask, CUSTOMER, openRig, type Rig } from './rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig()
})
afterAll(() => rig.close())

/** Twelve messages, some of them edited and deleted in between, early and late ones. */
async function aLivelyRoom(): Promise<string> {
  const [api] = rig.instances
  if (!api) throw new Error('no instance')
  const room_id = anOpenRoom(rig.rooms)
  const ids: string[] = []
  for (let n = 1; n <= 12; n++) {
    const sent = await ask(api, CUSTOMER, 'POST', '/chat/messages/', { room_id, body: `${n}` })
    ids.push((sent.body as { message_id: string }).message_id)
    if (n % 3 === 0) await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${ids[n - 3]}/`, { body: 'changed' })
    if (n % 4 === 0) await ask(api, CUSTOMER, 'PATCH', `/chat/messages/${ids[0]}/`, { body: `again ${n}` })
    if (n % 5 === 0) await ask(api, CUSTOMER, 'DELETE', `/chat/messages/${ids[n - 2]}/`)
  }
  return room_id
}

it('finds what reading the whole room would find, from every rev on, to every rev, and in pages of any size', async () => {
  const room_id = await aLivelyRoom()
  const db = openDatabase(rig.databaseUrl, { name: 'by-rev', log: rig.instances[0]?.log ?? fail(), keepPlans: true })
  const all = await rig.admin<{ rev: number }[]>`select rev from messages.messages where room_id = ${room_id}`
  const revs = all.map(({ rev }) => rev).toSorted((a, b) => a - b)
  const last = revs.at(-1) ?? 0
  expect(last).toBeGreaterThan(revs.length)
  for (let after = 0; after <= last + 1; after++) {
    for (const [to, limit] of [
      [last, 100],
      [after + 3, 100],
      [last, 2],
    ] as const) {
      const found = await db.sql<{ rev: number }[]>`
        select m.rev from messages.rooms r cross join lateral ${messagesByRev(db.sql, db.sql`${after}::int`, to, limit)} m
        where r.room_id = ${room_id} order by m.rev limit ${limit}`
      expect(found.map(({ rev }) => rev)).toEqual(revs.filter((rev) => rev > after && rev <= to).slice(0, limit))
    }
  }
  await db.close()
})

const fail = (): never => {
  throw new Error('no instance')
}
