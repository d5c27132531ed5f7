import { dataFolder } from './config.ts'
import { readInternalToken } from './internal-token.ts'

// npm run rebuild [room_id]: rooms-api makes its cards anew out of what messages-api holds.
const { env } = process
const [room_id] = process.argv.slice(2)
const base = env.ROOMS_API_URL || `http://127.0.0.1:${env.ROOMS_API_PORT || 4001}`
const token = env.INTERNAL_TOKEN || (await readInternalToken(dataFolder(env)))

try {
  const answer = await fetch(new URL('/internal/cards/rebuild/', base), {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(room_id ? { room_id } : {}),
  })
  process.stdout.write(`${await answer.text()}\n`)
  process.exitCode = answer.ok ? 0 : 1
} catch {
  process.stderr.write(`rooms-api does not answer on ${base}: is Farmgate running?\n`)
  process.exitCode = 1
}
