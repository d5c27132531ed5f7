import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { until } from '@farmgate/testing/until.ts'
import fc from 'fast-check'
import postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openRoom } from '../open-room.ts'
import { memoryOutbox } from '../outbox/memory.ts'
import type { LiveRoom, TimelineEntry } from '../room-snapshot.ts'
import { type BadLine, openBadLine } from './bad-line.fixture.ts'
import { buy, clientOf, FARMER, offer, photo } from './people.fixture.ts'

/*
 * Ada writes over a line that breaks, Bo over a good one. Whatever happens in between, at the end everything that Ada
 * wrote is stored once and in the order of writing, and both see what the database has.
 */

const RUNS = 10
const COMMANDS = 25
const SETTLED_WITHIN_MS = 30_000

let stack: Stack
let sql: postgres.Sql

beforeAll(async () => {
  stack = await startStack({ instances: { 'ws-gateway': 2, 'messages-api': 2 } })
  sql = postgres(stack.databaseUrl, { max: 1, onnotice: () => undefined })
  await offer(stack)
})

afterAll(async () => {
  await sql?.end()
  await stack?.close()
})

/** How many messages Ada has written: the first word of each is its number. `killed`: a gateway, which takes seconds. */
type Model = { written: number; killed: boolean }
type Real = { ada: Ada; bo: LiveRoom; line: BadLine }
type Command = fc.AsyncCommand<Model, Real>

/** Ada's windows, all of one browser: they share an outbox. */
class Ada {
  readonly #open: () => LiveRoom
  readonly #closing: Promise<void>[] = []
  windows: LiveRoom[]

  constructor(line: BadLine, place: { room_id: string; user_id: string }) {
    const outbox = memoryOutbox()
    this.#open = () => openRoom(clientOf(place.user_id, line.origin, { outbox }), place)
    this.windows = [this.#open()]
  }

  /** The one that she writes in. */
  get window(): LiveRoom {
    return this.windows[0] ?? this.openWindow()
  }

  openWindow(): LiveRoom {
    const window = this.#open()
    this.windows.unshift(window)
    return window
  }

  /** Waits for nothing, as a browser does not. */
  reload() {
    this.#closing.push(...this.windows.map((window) => window.close()))
    this.windows = [this.#open()]
  }

  async close() {
    await Promise.all([...this.#closing, ...this.windows.map((window) => window.close())])
  }
}

const commands = fc.commands(
  [
    always('write', (model, { ada }) => write(ada, model, {})),
    always('write again', (model, { ada }) => write(ada, model, {})),
    always('write with a photo', (model, { ada }) => write(ada, model, { images: [photo()] })),
    always('Bo writes', (_, { bo }) => bo.send({ body: 'from Bo' })),
    always('drop', (_, { line }) => line.drop()),
    always('cut', (_, { line }) => line.cut()),
    always('muffle', (_, { line }) => line.muffle()),
    always('heal', (_, { line }) => line.heal()),
    always('go live', (_, { ada, line }) => {
      line.heal()
      return until(() => ada.window.getSnapshot().connection.state === 'live', { within: SETTLED_WITHIN_MS })
    }),
    always('reload', (_, { ada }) => ada.reload()),
    always('another window', (_, { ada }) => void (ada.windows.length < 3 && ada.openWindow())),
    // Over a bad line it is edited or it is not: both ends agree in any case.
    always('edit', (_, { ada }) => editLast(ada.window).catch(() => undefined)),
    sometimes('kill a gateway', (model) => !model.killed, killGateway),
  ],
  { maxCommands: COMMANDS, size: 'max' },
)

test('whatever happens to the line: nothing lost, nothing twice, in the order of the database', async () => {
  const property = fc.asyncProperty(commands, async (script) => {
    const { customer, room_id } = await buy(stack)
    const line = await openBadLine(stack.url)
    const ada = new Ada(line, { room_id, user_id: customer })
    const bo = openRoom(clientOf(FARMER, stack.url), { room_id, user_id: FARMER })
    const model = { written: 0, killed: false }
    try {
      await fc.asyncModelRun(() => ({ model, real: { ada, bo, line } }), script)
      line.heal()
      await expectAgreed(room_id, customer, model.written, [...ada.windows, bo])
    } finally {
      await Promise.all([ada.close(), bo.close()])
      await line.close()
    }
  })
  await fc.assert(property, { numRuns: RUNS, endOnFailure: true })
}, 240_000)

/** All of Ada's are stored once, as she wrote them, and everybody sees what is stored. */
async function expectAgreed(room_id: string, customer: string, written: number, rooms: LiveRoom[]) {
  const agreed = async () => {
    const stored = await sql`
      select seq, rev, sender_id, body from messages.messages where room_id = ${room_id} and kind = 'text' order by seq`
    const hers = stored.filter(({ sender_id }) => sender_id === customer)
    expect(hers.map(({ body }) => Number.parseInt(body, 10))).toEqual(Array.from({ length: written }, (_, at) => at))
    const history = stored.map(({ seq, rev, body }) => ({ seq, rev, body }))
    for (const room of rooms) expect(room.getSnapshot().entries.flatMap(textOf)).toEqual(history)
    return true
  }
  await until(agreed, { within: SETTLED_WITHIN_MS, what: 'what is stored is what was written, and what is seen' })
}

const textOf = (entry: TimelineEntry): object[] => {
  if (entry.state !== 'stored') return [{ unsent: entry.client_message_id }]
  const { seq, rev, body, kind } = entry.message
  return kind === 'text' ? [{ seq, rev, body }] : []
}

async function write(ada: Ada, model: Model, more: { images?: Blob[] }) {
  await ada.window.send({ body: `${model.written++} from Ada`, ...more })
}

async function editLast(window: LiveRoom) {
  const isMine = (entry: TimelineEntry) => entry.state === 'stored' && entry.message.body.includes('from Ada')
  const last = window.getSnapshot().entries.findLast(isMine)
  if (last?.state === 'stored') await window.edit(last.message.message_id, `${last.message.body}!`)
}

async function killGateway(model: Model) {
  model.killed = true
  const [gateway] = stack.services['ws-gateway']
  if (!gateway) throw new Error('there is no gateway')
  gateway.kill('SIGKILL')
  await stack.revive(gateway)
}

type Run = (model: Model, real: Real) => unknown

function always(name: string, run: Run) {
  return sometimes(name, () => true, run)
}

function sometimes(name: string, check: (model: Model) => boolean, run: Run): fc.Arbitrary<Command> {
  return fc.constant({ check, run: async (model, real) => void (await run(model, real)), toString: () => name })
}
