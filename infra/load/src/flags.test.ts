import { expect, test } from 'vitest'
import { readFlags } from './flags.ts'

const scenarios = ['messages', 'idle']

test('without a word it is the first scenario with every default', () => {
  expect(readFlags([], scenarios)).toMatchObject({
    scenario: 'messages',
    url: undefined,
    instances: {},
    rate: 1_000,
    durationMs: 10_000,
    sizes: [1_000, 1_000_000],
  })
})

test('what is named is taken', () => {
  const words = ['idle', '--sockets', '100', '--instances', 'ws-gateway=2,messages-api=3', '--duration', '0.5']
  expect(readFlags(words, scenarios)).toMatchObject({
    scenario: 'idle',
    sockets: 100,
    durationMs: 500,
    instances: { 'ws-gateway': 2, 'messages-api': 3 },
  })
})

test.each([
  [['nothing'], 'There are: messages, idle'],
  [['--rate=-1'], '--rate must be a number above 0'],
  [['--rate', 'fast'], '--rate must be a number above 0'],
  [['--instances', 'gateway=2'], '--instances knows rooms-api'],
  [['--speed', '1'], 'speed'],
])('%j is refused in a sentence', (words, says) => {
  expect(() => readFlags(words, scenarios)).toThrow(says)
})
