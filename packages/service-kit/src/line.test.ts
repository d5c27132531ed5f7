import { once } from 'node:events'
import { request } from 'node:http'
import { connect } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import Fastify, { type FastifyInstance } from 'fastify'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DependencyAway } from './dependency.ts'
import { type Lines, NoLine, openLines } from './line-client.ts'
import { answerLine, type Line } from './line-server.ts'

const TOKEN = 'a-secret-of-the-services-and-nobody-else'
const PATH = '/internal/asked/'

let app: FastifyInstance
let url: string
let lines: Lines
let opened: number
let answer: (question: string, line: Line) => Promise<string>

const linesTo = (baseUrl: string, token = TOKEN) => openLines({ name: 'the other', baseUrl, path: PATH, token })
const ask = async (question: string, deadlineMs = 2_000) => String(await lines.ask(question, deadlineMs))

async function listen(port = 0): Promise<string> {
  app = Fastify({ forceCloseConnections: true })
  app.get('/healthz', () => 'well')
  answerLine(app, {
    path: PATH,
    isInternal: (authorization) => authorization === `Bearer ${TOKEN}`,
    maxBytes: 1024 * 1024,
    answer: (question, line) => answer(question, line),
  })
  app.server.on('upgrade', () => opened++)
  return app.listen({ host: '127.0.0.1', port })
}

beforeEach(async () => {
  opened = 0
  answer = async (question) => `${question}!`
  url = await listen()
  lines = linesTo(url)
})
afterEach(async () => {
  await lines.close()
  await app.close()
})

describe('a kept line', () => {
  it('answers question after question on one connection', async () => {
    expect([await ask('a'), await ask('b'), await ask('ö\n🥕')]).toEqual(['a!', 'b!', 'ö\n🥕!'])
    expect(opened).toBe(1)
  })

  it('is one of several where several ask at once, and never mixes their answers', async () => {
    answer = async (question) => {
      await wait(Number(question))
      return question
    }
    const questions = ['30', '1', '20', '10']
    expect(await Promise.all(questions.map((question) => ask(question)))).toEqual(questions)
    expect(opened).toBe(4)
    await ask('0')
    expect(opened).toBe(4)
  })

  it('ends with an answer that does not come in time: the next question is not told it', async () => {
    answer = async (question) => {
      if (question === 'slow') await wait(300)
      return question
    }
    await expect(ask('slow', 50)).rejects.toBeInstanceOf(DependencyAway)
    expect(await ask('next')).toBe('next')
    await wait(350)
    expect(await ask('after')).toBe('after')
  })

  it('that breaks before its answer says that the other is away; the next question opens a new one', async () => {
    answer = async (question, line) => {
      if (question === 'break') line.drop()
      return question
    }
    await expect(ask('break')).rejects.toBeInstanceOf(DependencyAway)
    expect(await ask('again')).toBe('again')
  })

  it('takes nobody without the secret, and no upgrade on another path', async () => {
    const strangers = linesTo(url, 'guessed')
    await expect(strangers.ask('a', 1_000)).rejects.toThrow('401')
    await strangers.close()
    const headers = { connection: 'upgrade', upgrade: 'websocket', 'sec-websocket-version': '13' }
    const [answered] = await once(request(`${url}/healthz`, { headers }).end(), 'response')
    expect(answered.statusCode).toBe(200)
    answered.resume()
    expect(opened).toBe(1)
  })

  it('a stranger who hangs up while refused, or never does, harms nobody and does not hold up a stop', async () => {
    const { port } = new URL(url)
    const upgrade = `GET ${PATH} HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`
    const rude = connect(Number(port), '127.0.0.1', () => rude.write(upgrade, () => rude.resetAndDestroy()))
    rude.on('error', () => undefined)
    const silent = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true }, () => silent.write(upgrade))
    const [answer] = await once(silent, 'data')
    expect(String(answer)).toMatch(/^HTTP\/1.1 401/)
    expect(await ask('still here')).toBe('still here!')
    const begun = Date.now()
    await app.close()
    expect(Date.now() - begun).toBeLessThan(2_000)
    silent.destroy()
  })

  it('that is not known there is told apart: the other is older than we are', async () => {
    const newer = openLines({ name: 'the other', baseUrl: url, path: '/internal/newer/', token: TOKEN })
    await expect(newer.ask('a', 1_000)).rejects.toBeInstanceOf(NoLine)
    await newer.close()
  })

  it('where nobody listens is away within the time that one has', async () => {
    const nowhere = linesTo('http://127.0.0.1:1')
    await expect(nowhere.ask('a', 1_000)).rejects.toBeInstanceOf(DependencyAway)
    await nowhere.close()
  })

  it('is answered on before the service stops, and is asked again from the next one', async () => {
    await ask('warm')
    const held = Promise.withResolvers<void>()
    answer = async (question) => {
      await held.promise
      return question
    }
    const asked = ask('last')
    await wait(50)
    const stopped = app.close()
    await wait(50)
    held.resolve()
    expect(await asked).toBe('last')
    await stopped
    await listen(Number(new URL(url).port))
    expect(await ask('first')).toBe('first')
  })
})
