import { DEVELOPMENT_JWT_SECRET } from '@farmgate/service-kit/config.ts'
import { createSigner } from 'fast-jwt'
import { tellStory } from './story.ts'
import { createUser } from './user.ts'

/*
 * `npm run demo`: two scripted users do the whole story against the running stack and print it as it happens.
 * PORT or FARMGATE_URL say where it runs, JWT_SECRET how it checks tokens.
 */

const origin = (process.env.FARMGATE_URL ?? `http://localhost:${process.env.PORT ?? 8080}`).replace(/\/$/, '')
const sign = createSigner({ key: process.env.JWT_SECRET || DEVELOPMENT_JWT_SECRET, expiresIn: 10 * 60_000 })

// A new customer each time: a story has to begin somewhere.
const run = Date.now().toString(36)
const ids = { customer: `demo-ada-${run}`, farmer: 'demo-bo', product: 'demo-tomatoes' }

const write = (text: string) => process.stdout.write(`${text}\n`)
const tell = (who: string, what: string) => write(`${who.padEnd(12)} ${what}`)

try {
  await tellStory(
    {
      marketplace: createUser(origin, 'Marketplace', sign({ sub: 'marketplace', role: 'service' })),
      customer: createUser(origin, 'Ada', sign({ sub: ids.customer })),
      farmer: createUser(origin, 'Bo', sign({ sub: ids.farmer })),
      ids,
    },
    tell,
  )
  write('\nThe story is complete.')
} catch (error) {
  const message = error instanceof Error ? error.message : String(error)
  process.stderr.write(`\nThe demo stopped: ${message}\n${hintFor(message)}\n`)
  process.exitCode = 1
}

function hintFor(message: string): string {
  if (message.includes(': 401 '))
    return `Is JWT_SECRET here the one that Farmgate at ${origin} was started with? Tokens of JWKS_URL cannot be made here.`
  return `Is Farmgate running at ${origin}? Start it with npm start.`
}
