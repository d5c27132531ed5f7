import postgres, { type PendingQuery, type Row, type Sql } from 'postgres'

/** A farmer with `rooms` rooms, and the users and the one long room that a run reads. */
export type Seeded = { farmer: string; customer: string; longRoom: string; rooms: number; messages: number }

const MESSAGES_A_ROOM = 10
/** Rooms with an order that is not completed, the oldest ones: more than a page, however many there are in all. */
const RARE = 40
/** Rows of one INSERT: between two of them the WAL can be recycled. */
const SLICE = 100_000

/**
 * Makes one farmer with so many rooms, ten messages in each and 1,000 times as many in one, by SQL: minutes for a
 * million rooms and ten million messages. Forty orders are active, the oldest ones; those and a twentieth of all are unread. What is there from an earlier run is left. For a database of its own: indexes are dropped meanwhile, and
 * nothing is told to anybody.
 */
export async function seedRooms(databaseUrl: string, rooms: number, say: (line: string) => void): Promise<Seeded> {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => undefined })
  try {
    await sql`set synchronous_commit = off`
    await sql`set maintenance_work_mem = '512MB'`
    const farmer = `seed-f${rooms}`
    await sql`
      insert into rooms.products (product_id, farmer_id, name, unit) values (${`${farmer}-p`}, ${farmer}, 'Potatoes', 'kg')
      on conflict do nothing`
    const [there] = await sql`select from rooms.rooms where farmer_id = ${farmer} limit 1`
    if (!there) await fill(sql, farmer, rooms, say)
    const [long] = await sql<{ room_id: string }[]>`select ${roomId(sql, farmer, sql`1`)} as room_id`
    const longRoom = long?.room_id ?? ''
    return { farmer, customer: `${farmer}-c1`, longRoom, rooms, messages: rooms * MESSAGES_A_ROOM }
  } finally {
    await sql.end()
  }
}

async function fill(sql: Sql, farmer: string, rooms: number, say: (line: string) => void) {
  const indexes = await dropIndexes(sql)
  for (let from = 1; from <= rooms; from += SLICE) {
    const to = Math.min(rooms, from + SLICE - 1)
    await seedSlice(sql, farmer, { from, to, of: rooms })
    if (rooms > SLICE) say(`seeded ${to.toLocaleString('en')} rooms`)
  }
  await seedLongRoom(sql, farmer)
  for (const index of indexes) await sql.unsafe(index)
  await sql`vacuum analyze`
  await sql`checkpoint`
}

/** The definitions of what was dropped: every index but those that hold a key. */
async function dropIndexes(sql: Sql): Promise<string[]> {
  const found = await sql<{ name: string; definition: string }[]>`
    select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition
    from pg_index i join pg_class t on t.oid = i.indrelid join pg_namespace s on s.oid = t.relnamespace
    where s.nspname in ('rooms', 'messages') and t.relname in ('rooms', 'messages')
      and not exists (select from pg_constraint c where c.conindid = i.indexrelid)`
  for (const { name } of found) await sql.unsafe(`drop index ${name}`)
  return found.map(({ definition }) => definition)
}

/** The id of the farmer's nth room: a UUID of version 7 that rises with n, so that its index is filled in order. */
const roomId = (sql: Sql, farmer: string, n: PendingQuery<Row[]>) =>
  sql`(lpad(to_hex(${n}), 12, '0') || '70008' || left(md5(${farmer}), 15))::uuid`

type Slice = { from: number; to: number; of: number }

async function seedSlice(sql: Sql, farmer: string, { from, to, of }: Slice) {
  const n = sql`n::bigint`
  await sql`
    insert into rooms.rooms (room_id, customer_id, farmer_id, product_id, quantity, order_status, is_new_order, event_no,
      card_rev, last_seq, customer_unread, farmer_unread, last_message, created_at, activity_at)
    select ${roomId(sql, farmer, n)}, ${farmer} || '-c' || n, ${farmer}, ${farmer} || '-p', 1, ${statusOf(sql, of)}, false,
      2, 12, ${MESSAGES_A_ROOM}, 0, ${unreadOf(sql, of)}, json_build_object(
        'message_id', gen_random_uuid(), 'seq', 10, 'kind', 'text', 'sender_id', ${farmer} || '-c' || n,
        'preview', 'See you on Friday at the market gate.', 'has_images', false, 'created_at', '2026-01-01T00:00:00.000Z'),
      ${timeOf(sql)}, ${timeOf(sql)}
    from generate_series(${from}::bigint, ${to}::bigint) n`
  await sql`
    insert into messages.rooms (room_id, customer_id, farmer_id, order_status, event_no, last_seq, rev, card_rev, order_seq,
      farmer_unread)
    select ${roomId(sql, farmer, n)}, ${farmer} || '-c' || n, ${farmer}, ${statusOf(sql, of)}, 2, ${MESSAGES_A_ROOM},
      ${MESSAGES_A_ROOM}, 12, 1, ${unreadOf(sql, of)}
    from generate_series(${from}::bigint, ${to}::bigint) n`
  // As they come in life: each room's messages lie among those of others.
  await sql`
    insert into messages.messages (message_id, room_id, seq, rev, created_rev, kind, sender_id, body, created_at)
    select (lpad(to_hex(seq * 4000000000 + n), 12, '0') || '70009' || left(md5(${farmer}), 15))::uuid,
      ${roomId(sql, farmer, n)}, seq, seq, seq, 'text', ${farmer} || '-c' || n, ${BODY}, ${timeOf(sql)}
    from generate_series(1, ${MESSAGES_A_ROOM}::int) seq, generate_series(${from}::bigint, ${to}::bigint) n`
}

const BODY =
  'Friday is fine. I bring my own crate, and would like to take two more kilos if there are any left by then.'

const isRare = (sql: Sql, of: number) => sql`n > ${of - RARE}::bigint`
const statusOf = (sql: Sql, of: number) => sql`case when ${isRare(sql, of)} then 'active' else 'completed' end`
const unreadOf = (sql: Sql, of: number) => sql`case when n % 20 = 7 or ${isRare(sql, of)} then 1 else 0 end`
/** The first rooms are the newest in the list. */
const timeOf = (sql: Sql) => sql`timestamptz '2026-01-01' - n * interval '1 second'`

/** Makes the history of the farmer's first room long. */
async function seedLongRoom(sql: Sql, farmer: string) {
  const last = MESSAGES_A_ROOM * 1_000
  await sql`
    insert into messages.messages (message_id, room_id, seq, rev, created_rev, kind, sender_id, body, created_at)
    select gen_random_uuid(), ${roomId(sql, farmer, sql`1`)}, seq, seq, seq, 'text', ${`${farmer}-c1`}, ${BODY}, now()
    from generate_series(${MESSAGES_A_ROOM + 1}::int, ${last}::int) seq`
  await sql`
    update messages.rooms set last_seq = ${last}, rev = ${last}, card_rev = ${last + 2}
    where room_id = ${roomId(sql, farmer, sql`1`)}`
}
