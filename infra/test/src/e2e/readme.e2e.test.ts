import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { DEVELOPMENT_JWT_SECRET } from '@farmgate/service-kit/config.ts'
import { TOKEN_CLAIMS } from '@farmgate/service-kit/token-claims.ts'
import { startStack } from '@farmgate/stack/stack.ts'
import { token } from '@farmgate/testing/tokens.ts'
import { expect, onTestFinished, test } from 'vitest'
import WebSocket from 'ws'

const ROOT = path.resolve(import.meta.dirname, '../../../..')
const readme = readFileSync(path.join(ROOT, 'README.md'), 'utf8')
const section = /^## Call it from your marketplace$(.*?)^## /ms.exec(readme)?.[1] ?? ''
const block = (language: string) => new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\``, 'ms').exec(section)?.[1] ?? ''

test('what the README has one copy works as it stands there', async () => {
  const stack = await startStack({ env: { JWT_SECRET: DEVELOPMENT_JWT_SECRET } })
  onTestFinished(() => stack.close())
  const script = block('sh').replace('http://localhost:8080', stack.url)
  const { stdout } = await promisify(execFile)('bash', ['-euc', script], { cwd: ROOT })
  const [first, room] = stdout
    .trim()
    .split('\n')
    .slice(-2)
    .map((line) => JSON.parse(line))
  const order = { customer_id: 'c-1', product: { name: 'Tomatoes', unit: 'kg' }, order_status: 'new' }
  expect(first).toMatchObject({ ...order, quantity: 2.5 })
  expect(room).toMatchObject({ ...order, quantity: 4, room_id: first.room_id })

  const [, url = '', protocol = ''] = /WebSocket\(`(.*?)`, \['(.*?)', `bearer\.\$\{token\}`\]/.exec(block('js')) ?? []
  const bearer = `bearer.${token('c-1', { secret: DEVELOPMENT_JWT_SECRET })}`
  const at = url.replace('ws://localhost:8080', stack.wsUrl).replace(/\$\{room_id\}/, room.room_id)
  const socket = new WebSocket(at, [protocol, bearer])
  onTestFinished(() => socket.terminate())
  const [welcome] = await once(socket, 'message')
  expect(JSON.parse(String(welcome))).toMatchObject({ type: 'welcome', user_id: 'c-1', last_seq: 2 })
})

test('the README says of tokens what the documents say', () => {
  expect(section.replaceAll('\n', ' ')).toContain(TOKEN_CLAIMS)
})
