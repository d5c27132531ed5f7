import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { z } from 'zod'
import type { Target } from './targets.ts'

/** Where each service publishes what it answers: OpenAPI of the two APIs, AsyncAPI of the gateway. */
const PATHS = {
  'rooms-api': '/openapi.json',
  'messages-api': '/openapi.json',
  'ws-gateway': '/asyncapi.json',
} as const satisfies Record<Target, string>

const TIMEOUT_MS = 2_000

const json = z.record(z.string(), z.unknown())

export type Documents = ReturnType<typeof openDocuments>

/** The services' own documents, fetched when asked for: they are always those of the version that runs. */
export function openDocuments(targets: Record<Target, string>) {
  return {
    /** Throws DependencyAway where the service does not give it. */
    async read(target: Target) {
      return json.parse(await (await ask(target, targets[target] + PATHS[target])).json())
    },
    /** Throws where the service is not ready. */
    async checkReady(target: Target) {
      await (await ask(target, `${targets[target]}/readyz`)).body?.cancel()
    },
  }
}

async function ask(target: Target, url: string): Promise<Response> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (response.ok) return response
    await response.body?.cancel()
    throw new Error(`status ${response.status}`)
  } catch (cause) {
    throw new DependencyAway(target, cause)
  }
}
