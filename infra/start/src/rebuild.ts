import { z } from 'zod'
import { dataFolder } from './config.ts'
import { readInternalToken } from './internal-token.ts'

// npm run rebuild [room_id]: rooms-api makes its cards anew out of what messages-api holds, a page at a time.
const PAGE_MS = 10_000

const { env } = process
const [room_id] = process.argv.slice(2)
const base = env.ROOMS_API_URL || `http://127.0.0.1:${env.ROOMS_API_PORT || 4001}`
const token = env.INTERNAL_TOKEN || (await readInternalToken(dataFolder(env)))

/** As `rebuildCardsAnswer` of packages/contracts. */
const page = z.object({ rooms: z.number(), next: z.string().optional() })

try {
  let rooms = 0
  let after: string | undefined
  do {
    const rebuilt = await rebuild(room_id ? { room_id } : { after })
    rooms += rebuilt.rooms
    after = rebuilt.next
  } while (after !== undefined)
  process.stdout.write(`${rooms} cards written anew\n`)
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`)
  process.exitCode = 1
}

async function rebuild(body: { room_id?: string; after?: string | undefined }) {
  const answer = await fetch(new URL('/internal/cards/rebuild/', base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(PAGE_MS),
  }).catch(() => {
    throw new Error(`rooms-api does not answer on ${base}: is Farmgate running?`)
  })
  const text = await answer.text()
  if (!answer.ok) throw new Error(`rooms-api refused (${answer.status}): ${text}`)
  return page.parse(JSON.parse(text))
}
