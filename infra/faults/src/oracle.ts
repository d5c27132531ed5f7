import type { Evidence, StoredMessage, StoredRoom, View } from './evidence.ts'

/** What must hold after every fault. A further promise is a further row. */
export type Invariant<Seen = Evidence> = {
  id: string
  says: string
  /** One line for each place where it does not hold. */
  breaches(seen: Seen): string[]
}

/** What a process may have grown by: the history and the sockets of the load itself are in it. */
const MOST_GROWTH_MB = 200
/** Beside the sockets of the load, all of which may have come over from a gateway that was killed. */
const MOST_MORE_FILES = 40

/** What clients have seen and what is stored are the same. */
export const agreements: readonly Invariant<Pick<Evidence, 'views' | 'rooms'>>[] = [
  {
    id: 'I1',
    says: 'every acknowledged message is stored, and everybody in its room has it',
    breaches: ({ views, rooms }) => {
      const stored = new Map(rooms.map((room) => [room.room_id, room]))
      return views.flatMap((view) => {
        const room = stored.get(view.room_id)
        return [...lostOf(view, room), ...unseenOf(view, room), ...unsettledOf(view)]
      })
    },
  },
  {
    id: 'I2',
    says: 'one row per client_message_id at most',
    breaches: ({ rooms }) =>
      rooms.flatMap(({ room_id, messages }) => twiceOf(messages).map((id) => `${room_id}: ${id} is stored twice`)),
  },
  {
    id: 'I3',
    says: 'nothing is shown twice; seq and rev rise without gaps, the same for both parties and the database',
    breaches: ({ views, rooms }) => [
      ...views.flatMap((view) => view.breaches.map((breach) => `${nameOf(view)} was told ${breach}`)),
      ...rooms.flatMap(gapsOf),
    ],
  },
  {
    id: 'I4',
    says: 'sends of one socket keep their order',
    breaches: ({ views, rooms }) => {
      const seqs = new Map(rooms.flatMap((room) => room.messages.map((it) => [idOf(it), it.seq] as const)))
      return views.flatMap((view) => disorderOf(view, seqs))
    },
  },
  {
    id: 'I5',
    says: 'unread counts equal a recount; read markers never fall',
    breaches: ({ views, rooms }) => [...rooms.flatMap(driftOf), ...views.flatMap(fallsOf)],
  },
  {
    id: 'I6',
    says: 'the status of an order takes legal steps, each once; the card agrees',
    breaches: ({ rooms }) => rooms.flatMap(stepsOf),
  },
]

export const invariants: readonly Invariant[] = [
  ...agreements,
  {
    id: 'I7',
    says: 'an acknowledged write is in the same caller’s next read',
    breaches: ({ misses }) => [...misses],
  },
  {
    id: 'I8',
    says: 'only 2xx, 4xx and 503, within 10 s; no process ends that was not killed',
    breaches: ({ operations, mostMs, fallen }) => [
      ...operations.flatMap(({ what, status, ms }) => {
        if (status === 'lost' || (status >= 500 && status !== 503)) return [`${what} was answered ${status}`]
        return ms > mostMs ? [`${what} took ${ms} ms`] : []
      }),
      ...fallen.map((process) => `${process} has ended by itself`),
    ],
  },
  {
    id: 'I9',
    says: 'outboxes and groups are empty, dead letters as expected, memory and files as before',
    breaches: ({ leftOver, resources, views }) => [
      ...Object.entries(leftOver).flatMap(([what, count]) => (count === 0 ? [] : [`${what}: ${count}`])),
      ...resources.flatMap(({ process, before, now }) =>
        now.rssMb - before.rssMb > MOST_GROWTH_MB || now.files - before.files > MOST_MORE_FILES + views.length
          ? [`${process} grew: ${JSON.stringify({ before, now })}`]
          : [],
      ),
    ],
  },
  { id: 'I10', says: 'a stranger hears nothing', breaches: ({ overheard }) => [...overheard] },
  {
    id: 'canary',
    says: 'no token and nothing that was written stands in a log, a metric or a refusal',
    breaches: ({ leaks }) => [...leaks],
  },
]

/** What a message is known by: its client's id, which a deleted or doubled one may only have in its text or in its row. */
const idOf = ({ client_message_id, body, message_id }: StoredMessage) =>
  /^[0-9a-f-]{36}(?= is what I )/.exec(body)?.[0] ?? client_message_id ?? message_id

const nameOf = ({ user, room_id }: View) => `${user} in ${room_id}`

function lostOf(view: View, room: StoredRoom | undefined): string[] {
  const stored = new Set(room?.messages.map(idOf))
  return [...view.acknowledged].filter((id) => !stored.has(id)).map((id) => `${nameOf(view)}: ${id} is lost`)
}

/** Everything that has changed since the client came, as it is now. */
function unseenOf(view: View, room: StoredRoom | undefined): string[] {
  const seen = new Map(view.messages.map((message) => [message.message_id, message]))
  return (room?.messages ?? []).flatMap((stored) => {
    const shown = seen.get(stored.message_id)
    if (
      stored.rev <= view.since ||
      (shown?.rev === stored.rev && shown.seq === stored.seq && shown.body === stored.body)
    )
      return []
    return [`${nameOf(view)} does not see rev ${stored.rev} (seq ${stored.seq})`]
  })
}

const unsettledOf = (view: View) =>
  view.unsettled === 0 ? [] : [`${nameOf(view)} waits for ${view.unsettled} acknowledgements`]

function twiceOf(messages: readonly StoredMessage[]): string[] {
  const ids = messages.map(idOf)
  return ids.filter((id, at) => ids.indexOf(id) !== at)
}

function gapsOf({ room_id, last_seq, rev, revs, messages }: StoredRoom): string[] {
  const expected = (count: number) => Array.from({ length: count }, (_, i) => i + 1)
  const isSame = (a: readonly number[], b: readonly number[]) =>
    a.length === b.length && a.every((it, i) => it === b[i])
  const seqs = messages.map(({ seq }) => seq)
  return [
    ...(isSame(seqs, expected(last_seq ?? 0)) ? [] : [`${room_id}: seq 1 to ${last_seq} are ${seqs.length} messages`]),
    ...(isSame(revs, expected(rev ?? 0)) ? [] : [`${room_id}: rev 1 to ${rev} are ${revs.length} changes`]),
  ]
}

/** Only sends that left once: whoever repeats one after another has given up their order. */
function disorderOf(view: View, seqs: ReadonlyMap<string, number>): string[] {
  const faults: string[] = []
  const last = new Map<number, number>()
  for (const { client_message_id, connection, times } of view.sent) {
    const seq = seqs.get(client_message_id)
    if (times > 1 || seq === undefined) continue
    if (seq < (last.get(connection) ?? 0))
      faults.push(`${nameOf(view)}: ${client_message_id} overtook what was sent before`)
    last.set(connection, seq)
  }
  return faults
}

function driftOf({ room_id, last_seq, card, recount }: StoredRoom): string[] {
  const { customer_unread, farmer_unread } = card
  const isRight =
    card.last_seq === (last_seq ?? 0) &&
    customer_unread === recount.customer_unread &&
    farmer_unread === recount.farmer_unread
  return isRight
    ? []
    : [`${room_id}: the card says ${JSON.stringify(card)}, a recount ${JSON.stringify({ last_seq, ...recount })}`]
}

function fallsOf(view: View): string[] {
  return [...view.reads].flatMap(([user, seqs]) => {
    const fall = seqs.findIndex((seq, at) => seq < (seqs[at - 1] ?? 0))
    return fall < 0
      ? []
      : [`${nameOf(view)} saw the marker of ${user} fall: ${seqs.slice(fall - 1, fall + 1).join(' → ')}`]
  })
}

const NEXT: Record<string, string> = { new: 'active', active: 'completed' }

function stepsOf({ room_id, order_status, card, messages }: StoredRoom): string[] {
  let status: string | null = null
  const faults: string[] = []
  for (const { kind, status_from, status_to, seq } of messages) {
    if (kind === 'order_placed') status = 'new'
    if (kind !== 'order_status') continue
    if (status_from !== status || status_to !== NEXT[status ?? ''])
      faults.push(`${room_id}: ${status_from} → ${status_to} after ${status} (seq ${seq})`)
    status = status_to
  }
  if (status !== order_status || status !== card.order_status)
    faults.push(
      `${room_id}: the history ends with ${status}, messages-api says ${order_status}, the card ${card.order_status}`,
    )
  return faults
}
