import { expect, it } from 'vitest'
import { createTurns, type Turns } from './turns.ts'

const never = () => new AbortController().signal
const letThingsHappen = () => new Promise((done) => setImmediate(done))

/** What has begun, in order; each work ends when it is told to. */
function aDay(turns: Turns) {
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const ask = (name: string, { weight = 1, signal = never() } = {}) =>
    turns
      .run({ user: name.replace(/\d/, ''), weight, signal }, () => {
        begun.push(name)
        return new Promise<void>((end) => ends.set(name, end))
      })
      .then(
        () => 'done',
        (error) => error.code,
      )
  const end = async (name: string) => {
    ends.get(name)?.()
    await letThingsHappen()
  }
  return { begun, ask, end }
}

it('who waits takes turns by user, however much one of them asked for first', async () => {
  const { begun, ask, end } = aDay(createTurns({ slots: 1, maxWaiting: 20 }))
  for (const name of ['ada1', 'ada2', 'ada3', 'bo1', 'bo2', 'cy1']) void ask(name)
  await letThingsHappen()
  for (const name of ['ada1', 'ada2', 'bo1', 'cy1', 'ada3']) await end(name)
  expect(begun).toEqual(['ada1', 'ada2', 'bo1', 'cy1', 'ada3', 'bo2'])
})

it('what takes two slots waits for both, and nobody overtakes it', async () => {
  const { begun, ask, end } = aDay(createTurns({ slots: 2, maxWaiting: 20 }))
  void ask('ada')
  void ask('bo', { weight: 2 })
  void ask('cy')
  await letThingsHappen()
  expect(begun).toEqual(['ada'])
  await end('ada')
  expect(begun).toEqual(['ada', 'bo'])
  await end('bo')
  expect(begun).toEqual(['ada', 'bo', 'cy'])
})

it('a full house refuses the last work of whoever has most waiting, else who comes', async () => {
  const turns = createTurns({ slots: 1, maxWaiting: 3 })
  const { begun, ask, end } = aDay(turns)
  const [, , , last] = ['ada1', 'ada2', 'ada3', 'ada4'].map((name) => ask(name))
  expect(await ask('ada5')).toBe('overloaded')
  void ask('bo1')
  expect(await last).toBe('overloaded')
  expect(await ask('bo2')).toBe('overloaded')
  expect(turns.waiting).toBe(3)
  for (const name of ['ada1', 'ada2', 'bo1', 'ada3']) await end(name)
  expect(begun).toEqual(['ada1', 'ada2', 'bo1', 'ada3'])
})

it('what is no longer wanted never begins, and stands in nobody’s way', async () => {
  const { begun, ask, end } = aDay(createTurns({ slots: 2, maxWaiting: 20 }))
  const late = new AbortController()
  void ask('ada')
  const heavy = ask('bo', { weight: 2, signal: late.signal })
  void ask('cy')
  late.abort()
  expect(await heavy).toBe('overloaded')
  expect(begun).toEqual(['ada', 'cy'])
  expect(await ask('dot', { signal: late.signal })).toBe('overloaded')
  await end('ada')
})

it('work that fails gives its slots back; a close refuses all who wait, and all who come', async () => {
  const turns = createTurns({ slots: 1, maxWaiting: 20 })
  const { begun, ask, end } = aDay(turns)
  const failing = turns.run({ user: 'ada', weight: 1, signal: never() }, () => Promise.reject(new Error('broken')))
  await expect(failing).rejects.toThrow('broken')
  const [first, second] = [ask('bo'), ask('cy')]
  await letThingsHappen()
  turns.close()
  expect([await second, await ask('dot')]).toEqual(['overloaded', 'overloaded'])
  await end('bo')
  expect([begun, await first]).toEqual([['bo'], 'done'])
})
