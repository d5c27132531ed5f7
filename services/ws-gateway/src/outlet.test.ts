import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Outlet } from './outlet.ts'

let near: Socket
let far: Socket
let close: () => void

beforeEach(async () => {
  const server = createServer()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  far = connect((server.address() as AddressInfo).port, '127.0.0.1')
  near = (await once(server, 'connection'))[0]
  close = () => {
    near.destroy()
    far.destroy()
    server.close()
  }
})
afterEach(() => close())

const read = async (bytes: number) => {
  let text = ''
  for await (const chunk of far) {
    text += chunk
    if (text.length >= bytes) return text
  }
  return text
}

test('what is written in one turn leaves together at its end, in order', async () => {
  const outlet = new Outlet()
  for (const word of ['a', 'b', 'c']) outlet.write(near, { bytes: Buffer.from(word) })
  expect(near.writableLength).toBe(3)
  await new Promise((resolve) => setImmediate(resolve))
  expect(near.writableCorked).toBe(0)
  outlet.write(near, { bytes: Buffer.from('d') })
  expect(await read(4)).toBe('abcd')
})

test('much of it does not wait: a quick reader is never taken for a slow one', async () => {
  const outlet = new Outlet()
  const bytes = Buffer.alloc(60_000, 'x')
  const reading = read(20 * bytes.length)
  for (let i = 0; i < 20; i++) outlet.write(near, { bytes })
  expect(near.writableLength).toBeLessThan(20 * bytes.length)
  expect((await reading).length).toBe(20 * bytes.length)
})

test('tells when it has left, also where the socket is gone by then', async () => {
  const outlet = new Outlet()
  await new Promise<void>((resolve) => outlet.write(near, { bytes: Buffer.from('a') }, resolve))
  const told = new Promise<void>((resolve) => outlet.write(near, { bytes: Buffer.from('b') }, resolve))
  near.destroy()
  await told
})
