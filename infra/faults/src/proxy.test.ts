import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openProxy, type StoreProxy } from './proxy.ts'

let echo: Server
let heard = ''
let proxy: StoreProxy
let client: Socket
let answer = ''

beforeEach(async () => {
  heard = ''
  answer = ''
  echo = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (chunk) => {
      heard += chunk
      socket.write(chunk)
    })
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  proxy = await openProxy((echo.address() as AddressInfo).port)
  client = connect(proxy.port, '127.0.0.1')
  client.on('data', (chunk) => {
    answer += chunk
  })
  client.on('error', () => undefined)
  client.write('one ')
  await until(() => answer === 'one ')
})
afterEach(async () => {
  client.destroy()
  await proxy.close()
  echo.close()
})

test('a delay moves everything, in order', async () => {
  proxy.set({ is: 'delay', ms: 60 })
  const began = performance.now()
  for (let i = 0; i < 20; i++) client.write(`${i} `)
  await until(() => answer.endsWith(' 19 '))
  expect(answer).toBe(`one ${Array.from({ length: 20 }, (_, i) => `${i} `).join('')}`)
  expect(performance.now() - began).toBeGreaterThan(118)
})

test('a throttle lets so many bytes a second through', async () => {
  proxy.set({ is: 'throttle', bytesPerS: 1_000 })
  const began = performance.now()
  client.write('x'.repeat(200))
  await until(() => answer.length === 204)
  expect(performance.now() - began).toBeGreaterThan(390)
})

test('a black hole holds both directions, tells nobody, and gives everything back', async () => {
  proxy.set({ is: 'black-hole' })
  client.write('two ')
  const another = connect(proxy.port, '127.0.0.1')
  await once(another, 'connect')
  another.write('three ')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([heard, answer]).toEqual(['one ', 'one '])
  proxy.set({ is: 'pass' })
  await until(() => heard.includes('two ') && heard.includes('three ') && answer === 'one two ')
  another.destroy()
})

test('where replies are dropped requests arrive, and the connection does not outlive it', async () => {
  proxy.set({ is: 'drop-replies' })
  client.write('two ')
  await until(() => heard === 'one two ')
  expect(answer).toBe('one ')
  proxy.set({ is: 'pass' })
  await until(() => client.closed)
})

test('a reset ends connections with an error, and new ones work', async () => {
  const failed = once(client, 'error')
  proxy.reset()
  expect(String(await failed)).toContain('ECONNRESET')
  const next = connect(proxy.port, '127.0.0.1')
  next.write('next')
  await once(next, 'data')
  next.destroy()
})
