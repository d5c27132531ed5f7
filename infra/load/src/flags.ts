import { parseArgs } from 'node:util'
import { type ServiceName, services } from '@farmgate/start/services.ts'

export type Flags = {
  scenario: string
  url: string | undefined
  secret: string | undefined
  databaseUrl: string | undefined
  instances: Partial<Record<ServiceName, number>>
  rooms: number
  rate: number
  durationMs: number
  warmupMs: number
  burst: number
  size: number
  sockets: number
  atOnce: number
  sizes: number[]
  p99Ms: number
  seed: number
  out: string
  help: boolean
}

type Flag = { says: string; default?: string; sample: string }

/** Every flag, its default and what it says in --help. */
export const FLAGS = {
  url: { sample: 'http://…', says: 'the one origin of a running Farmgate; without it a stack of our own is started' },
  secret: { sample: 'text', says: 'JWT_SECRET of --url; the development secret where not given' },
  'database-url': { sample: 'postgres://…', says: 'the owner of --url’s database, for scenarios that seed it' },
  instances: { sample: 'ws-gateway=2,messages-api=2', says: 'processes of each service of our own stack' },
  rooms: { sample: 'n', default: '200', says: 'rooms that are talked in, two members each' },
  rate: { sample: 'n', default: '1000', says: 'messages a second over all rooms; where a search begins' },
  duration: { sample: 's', default: '10', says: 'the measured part' },
  warmup: { sample: 's', default: '3', says: 'the same load before it' },
  burst: { sample: 'n', default: '1', says: 'messages that one sender has due at the same moment' },
  size: { sample: 'n', default: '120', says: 'characters of a message' },
  sockets: { sample: 'n', default: '5000', says: 'idle: sockets that say nothing' },
  'at-once': { sample: 'n', default: '32', says: 'checkout, lists: requests under way' },
  sizes: { sample: 'n,n', default: '1000,1000000', says: 'lists: rooms in the long list, one run each' },
  'p99-ms': { sample: 'ms', default: '250', says: 'saturation: delivery later than this is too slow' },
  seed: { sample: 'n', default: '1', says: 'of the random moments' },
  out: { sample: 'file', default: '.farmgate/load.html', says: 'the report' },
} satisfies Record<string, Flag>

/** @throws Error in a sentence where a word cannot be used */
export function readFlags(words: readonly string[], scenarios: readonly string[]): Flags {
  const options = Object.fromEntries(Object.keys(FLAGS).map((name) => [name, { type: 'string' as const }]))
  const { values: given, positionals } = parseArgs({
    args: [...words],
    options: { ...options, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  const values = new Map(Object.entries(given))
  const text = (name: keyof typeof FLAGS): string | undefined => {
    const flag: Flag = FLAGS[name]
    const value = values.get(name)
    return typeof value === 'string' ? value : flag.default
  }
  const number = (name: keyof typeof FLAGS) => positive(name, text(name))
  const [scenario = 'messages', ...more] = positionals
  if (more.length > 0 || !scenarios.includes(scenario))
    throw new Error(`No scenario “${positionals.join(' ')}”. There are: ${scenarios.join(', ')}`)
  return {
    scenario,
    url: text('url'),
    secret: text('secret'),
    databaseUrl: text('database-url'),
    instances: instancesOf(text('instances')),
    rooms: number('rooms'),
    rate: number('rate'),
    durationMs: number('duration') * 1_000,
    warmupMs: number('warmup') * 1_000,
    burst: number('burst'),
    size: number('size'),
    sockets: number('sockets'),
    atOnce: number('at-once'),
    sizes: (text('sizes') ?? '').split(',').map((size) => positive('sizes', size)),
    p99Ms: number('p99-ms'),
    seed: number('seed'),
    out: text('out') ?? '',
    help: values.get('help') === true,
  }
}

function positive(name: string, text: string | undefined): number {
  const value = Number(text)
  if (!(value > 0)) throw new Error(`--${name} must be a number above 0`)
  return value
}

function instancesOf(text = ''): Flags['instances'] {
  const named: Flags['instances'] = {}
  for (const part of text.split(',').filter(Boolean)) {
    const [name, count] = part.split('=')
    const service = services.find((row) => row.name === name)
    if (!service) throw new Error(`--instances knows ${services.map((row) => row.name).join(', ')}`)
    named[service.name] = positive('instances', count)
  }
  return named
}
