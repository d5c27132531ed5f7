/** A service behind the one origin. */
export type Target = 'rooms-api' | 'messages-api' | 'ws-gateway'

/** Who answers what of the public interface (the services' /openapi.json and /asyncapi.json). What is in no row is answered here; so /internal/ and /metrics pass nowhere. */
const PREFIXES: readonly [prefix: string, target: Target][] = [
  ['/chat/rooms', 'rooms-api'],
  ['/catalog', 'rooms-api'],
  ['/chat/messages', 'messages-api'],
  ['/chat/images', 'messages-api'],
  ['/ws', 'ws-gateway'],
]

/**
 * The service for a request's URL, with or without the slash at the end, or undefined where it is ours. A path that means
 * something else once its dots are resolved (`/ws/../internal/`, `/ws/%2e%2e/internal/`) is forwarded to nobody.
 */
export function targetOf(url: string): Target | undefined {
  const path = url.split('?', 1)[0] ?? ''
  const target = byPrefix(path)
  return target && byPrefix(resolved(path)) === target ? target : undefined
}

const byPrefix = (path: string) => PREFIXES.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`))?.[1]

const resolved = (path: string) => (URL.canParse(path, 'http://x') ? new URL(path, 'http://x').pathname : '')
