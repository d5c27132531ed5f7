import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { expect, test } from 'vitest'
import { untraced } from './trace.ts'

const kit = path.join(import.meta.dirname, 'trace.ts')

/** What a process loads of OpenTelemetry that opens a trace with this configuration. */
function loadedBy(config: object): string[] {
  const script = `
    import { registerHooks } from 'node:module'
    const loaded = []
    registerHooks({ resolve(name, context, next) { loaded.push(name); return next(name, context) } })
    const { openTrace } = await import(${JSON.stringify(kit)})
    const trace = await openTrace('test', ${JSON.stringify({ OTEL_TRACES_SAMPLER_ARG: 1, ...config })})
    console.log(JSON.stringify(loaded.filter((name) => name.includes('opentelemetry'))))
    await trace.close()`
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], { encoding: 'utf8' })
  if (stdout === '') throw new Error(stderr)
  return JSON.parse(stdout)
}

test('nothing of OpenTelemetry is loaded where tracing is off', () => {
  expect(loadedBy({})).toEqual([])
  expect(loadedBy({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' })).not.toEqual([])
})

test('untraced work is done, and nothing else', async () => {
  expect(await untraced.child('work', {}, async () => 'done')).toBe('done')
  expect(untraced.inside(untraced.begin('a'), () => untraced.current())).toBe(undefined)
  expect(untraced.follow('b', '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')).toBe(undefined)
})
