import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'
import { build } from 'vite'

/** An origin whose page has this package as `window.farmgate`, and which counts what is uploaded to it. */
export async function openPageOrigin() {
  const script = await bundled()
  const server = createServer((request, response) => {
    const say = (status: number, type: string, body: string) =>
      response.writeHead(status, { 'content-type': type }).end(body)
    let bytes = 0
    request.on('data', (chunk) => {
      bytes += chunk.length
    })
    request.on('end', () => {
      if (request.url === '/') return say(200, 'text/html', '<!doctype html><title>client</title>')
      if (request.url === '/client.js') return say(200, 'text/javascript', script)
      if (request.url === '/chat/images/')
        return say(201, 'application/json', JSON.stringify({ image_id: 'i-1', bytes }))
      say(404, 'text/plain', '')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    // A server that listens on a port has an address with a port.
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: () => new Promise((resolve) => server.close(resolve)),
  }
}

async function bundled(): Promise<string> {
  const entry = path.join(import.meta.dirname, 'page-script.fixture.ts')
  const output = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, lib: { entry, formats: ['es'] } },
  })
  const [chunk] = [output].flat().flatMap((it) => ('output' in it ? it.output : []))
  if (chunk?.type !== 'chunk') throw new Error('vite made no script')
  return chunk.code
}
