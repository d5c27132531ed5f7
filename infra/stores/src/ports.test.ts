import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test } from 'vitest'

/** So many out of 16,000 that two who do not know of each other would almost surely choose some alike. */
const MANY = 300
const CHOOSE = `
  import { freePort } from '${path.join(import.meta.dirname, 'ports.ts')}'
  const ports = []
  while (ports.length < ${MANY}) ports.push(await freePort())
  process.stdout.write(ports.join(), () => process.stdin.resume())`

/** Another process, which lives until it is ended. */
async function chooser() {
  const child = spawn(process.execPath, ['--input-type=module', '--eval', CHOOSE], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const [ports] = await once(child.stdout, 'data')
  return { ports: String(ports).split(','), end: () => child.stdin.end() }
}

test.runIf(process.platform === 'linux')(
  'no port is given twice, whoever asks for it, before anybody listens',
  async () => {
    const choosers = await Promise.all([chooser(), chooser()])
    for (const { end } of choosers) end()
    expect(new Set(choosers.flatMap(({ ports }) => ports)).size).toBe(2 * MANY)
  },
)
