import type { FastifyInstance } from 'fastify'
import { Refusal } from './refusal.ts'

/**
 * 404 for a path that is nobody's, 405 with Allow for a known path and another method. Call it before the routes are
 * added. The list of patterns is only walked for requests that no route takes.
 */
export function answerUnknownPaths(app: FastifyInstance) {
  const methodsByPattern = new Map<string, Set<string>>()
  app.addHook('onRoute', ({ url, method }) => {
    if (url.includes('*')) return
    const methods = methodsByPattern.get(url) ?? new Set()
    for (const name of [method].flat()) methods.add(name)
    methodsByPattern.set(url, methods)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?', 1)[0] ?? ''
    const allowed = [...methodsByPattern].flatMap(([url, methods]) => (matches(url, path) ? [...methods] : []))
    if (allowed.length === 0) throw new Refusal('not_found')
    reply.header('allow', allowed.join(', '))
    throw new Refusal('method_not_allowed')
  })
}

/** Whether a path fits a pattern such as `/chat/rooms/:room_id/`, with or without the slash at the end. */
function matches(pattern: string, path: string): boolean {
  const wanted = segments(pattern)
  const given = segments(path)
  return wanted.length === given.length && wanted.every((name, at) => name.startsWith(':') || name === given[at])
}

const segments = (path: string) => path.split('/').filter(Boolean)
