import type { App } from './app.ts'
import { deadline } from './deadline.ts'

/** How to ask a dependency whether it answers. Without one that is not `required` the service still serves. */
export type Dependency = { check: () => Promise<unknown>; required?: boolean }

const CHECK_MS = 1_000

/** Probes of many watchers share one check. */
const CACHE_MS = 500

const OPEN = { config: { access: 'open', logAt: 'debug' }, schema: { hide: true } } as const

/**
 * GET /healthz: the process lives. GET /readyz: it can serve; 200 or 503, naming each dependency:
 * `{"status":"ready"|"not_ready"|"shutting_down","dependencies":{"postgres":"up"|"down"}}`.
 */
export function answerHealth(app: App, dependencies: Record<string, Dependency>) {
  const ask = cached(() => askAll(dependencies))
  app.get('/healthz', OPEN, () => ({ status: 'ok' }))
  app.get('/readyz', OPEN, async (_request, reply) => {
    const states = await ask()
    const ready = !app.shuttingDown && isReady(dependencies, states)
    const status = app.shuttingDown ? 'shutting_down' : ready ? 'ready' : 'not_ready'
    return reply.code(ready ? 200 : 503).send({ status, dependencies: states })
  })
}

type States = Record<string, 'up' | 'down'>

const isReady = (dependencies: Record<string, Dependency>, states: States) =>
  Object.entries(dependencies).every(([name, { required = true }]) => !required || states[name] === 'up')

async function askAll(dependencies: Record<string, Dependency>): Promise<States> {
  const asked = Object.entries(dependencies).map(async ([name, { check }]) => [name, await askOne(name, check)])
  return Object.fromEntries(await Promise.all(asked))
}

const askOne = (name: string, check: Dependency['check']) =>
  deadline(Promise.resolve().then(check), CHECK_MS, name).then(
    () => 'up' as const,
    () => 'down' as const,
  )

function cached<T>(work: () => Promise<T>): () => Promise<T> {
  let last: { at: number; result: Promise<T> } | undefined
  return () => {
    if (!last || Date.now() - last.at > CACHE_MS) last = { at: Date.now(), result: work() }
    return last.result
  }
}
