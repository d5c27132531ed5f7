import path from 'node:path'

/**
 * The health check of an image: exit code 0 where the service in whose folder it runs answers GET /healthz within 2 s.
 * It imports nothing, so that every image can carry it.
 */
const WITHIN_MS = 2_000
const PORTS: Record<string, [variable: string, preset: number]> = {
  'rooms-api': ['ROOMS_API_PORT', 4001],
  'messages-api': ['MESSAGES_API_PORT', 4002],
  'ws-gateway': ['WS_GATEWAY_PORT', 4003],
  web: ['PORT', 8080],
}

const [variable = 'PORT', preset] = PORTS[path.basename(process.cwd())] ?? []
const url = `http://127.0.0.1:${process.env[variable] || preset}/healthz`
const isHealthy = await fetch(url, { signal: AbortSignal.timeout(WITHIN_MS) }).then(
  ({ ok }) => ok,
  () => false,
)
process.exitCode = isHealthy ? 0 : 1
