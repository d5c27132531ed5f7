import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { openLane } from './lane.ts'

class Away extends Error {}

type Answer = readonly string[] | Error

type Limits = { maxBatch?: number; maxWaiting?: number; giveUpMs?: number }

const PATIENCE_MS = 60_000

/**
 * A lane whose other end is us: `answer` ends the oldest batch under way, or the one `at` that place. A command's subject
 * is its first word.
 */
function laneByHand(limits: Limits = {}) {
  const asked: (readonly string[])[] = []
  const left: string[] = []
  const settled: string[] = []
  const bugs: unknown[] = []
  const answers: ((answer: Answer) => void)[] = []
  const lane = openLane<string, string>({
    maxBatch: 500,
    maxWaiting: 5_000,
    patienceMs: PATIENCE_MS,
    ...limits,
    subjectOf: (command) => command.split(' ')[0] ?? '',
    ask: async (batch) => {
      asked.push(batch)
      const given = await new Promise<Answer>((resolve) => {
        answers.push(resolve)
      })
      if (given instanceof Error) throw given
      return given
    },
    onLeave: (commands) => left.push(...commands),
    settle: (command, result) => {
      settled.push(typeof result === 'string' ? `${command}:${result}` : `${command}!${result.code}`)
      if (command.startsWith('harmful')) throw new Error(command)
    },
    isTransient: (error) => error instanceof Away,
    onBug: (error) => bugs.push(error),
  })
  return {
    lane,
    asked,
    left,
    settled,
    bugs,
    push: (...commands: string[]) => commands.forEach(lane.push),
    answer: (given: Answer, at = 0) => answers.splice(at, 1)[0]?.(given),
    asks: (count: number) => until(() => asked.length === count, { what: `${count} batches asked` }),
  }
}

describe('lane', () => {
  it('sends what comes in one turn together, and all that waited next', async () => {
    const { push, asks, asked, answer, settled } = laneByHand()
    push('a', 'b')
    await asks(1)
    push('c')
    push('d')
    answer(['1', '2'])
    await asks(2)
    answer(['3', '4'])
    await until(() => settled.length === 4)
    expect(asked).toEqual([
      ['a', 'b'],
      ['c', 'd'],
    ])
    expect(settled).toEqual(['a:1', 'b:2', 'c:3', 'd:4'])
  })

  it('bounds a batch', async () => {
    const { push, asks, asked, answer } = laneByHand({ maxBatch: 2 })
    push('a', 'b', 'c')
    await asks(1)
    answer(['1', '2'])
    await asks(2)
    expect(asked).toEqual([['a', 'b'], ['c']])
    answer(['3'])
  })

  describe('side by side', () => {
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    })
    afterEach(() => {
      vi.useRealTimers()
    })
    /** All that is under way takes long from now on; who may leave has left. */
    const runOutOfPatience = async () => {
      vi.advanceTimersByTime(PATIENCE_MS)
      await new Promise((resolve) => setImmediate(resolve))
    }

    it('goes past a batch that takes long, but for those of its subjects', async () => {
      const { push, asks, asked, answer, settled } = laneByHand()
      push('a 1')
      await asks(1)
      push('a 2', 'b 1')
      await runOutOfPatience()
      push('c 1', 'a 3', 'b 2')
      await runOutOfPatience()
      expect(asked).toEqual([['a 1'], ['b 1'], ['c 1']])
      answer(['1'], 2)
      answer(['1'], 1)
      await asks(4)
      answer(['1'], 0)
      await runOutOfPatience()
      expect(asked.slice(3)).toEqual([['b 2'], ['a 2', 'a 3']])
      answer(['2'])
      answer(['2', '3'])
      await until(() => settled.length === 6)
      expect(settled).toEqual(['c 1:1', 'b 1:1', 'a 1:1', 'b 2:2', 'a 2:2', 'a 3:3'])
    })

    it('has four batches under way at most', async () => {
      const { push, asks, asked, answer, lane } = laneByHand()
      for (const command of ['1', '2', '3', '4', '5', '6']) {
        push(command)
        await runOutOfPatience()
        await runOutOfPatience()
      }
      expect(asked).toEqual([['1'], ['2'], ['3'], ['4']])
      answer(['1'], 2)
      await asks(5)
      expect(asked.at(-1)).toEqual(['5', '6'])
      for (const count of [1, 1, 1, 2]) answer(Array.from({ length: count }, () => '1'))
      await lane.close()
    })
  })

  it('repeats a batch whose answer was lost before anything behind it moves', async () => {
    const { push, asks, asked, answer, settled } = laneByHand()
    push('a')
    await asks(1)
    push('b')
    answer(new Away())
    await asks(2)
    answer(['1'])
    await asks(3)
    answer(['2'])
    await until(() => settled.length === 2)
    expect(asked).toEqual([['a'], ['a'], ['b']])
    expect(settled).toEqual(['a:1', 'b:2'])
  })

  it('says unavailable when its time is over, and goes on with what came later', async () => {
    const { push, asks, answer, settled } = laneByHand({ giveUpMs: 30 })
    push('a')
    await asks(1)
    answer(new Away())
    await until(() => settled.length === 1)
    push('b')
    await asks(2)
    answer(['1'])
    await until(() => settled.length === 2)
    expect(settled).toEqual(['a!unavailable', 'b:1'])
  })

  it('says once of each command that it waits no more: before its first attempt, or its refusal', async () => {
    const { lane, push, asks, answer, settled, left } = laneByHand({ giveUpMs: 100 })
    push('a')
    await asks(1)
    push('late')
    expect(left).toEqual(['a'])
    answer(new Away())
    await asks(2)
    const closed = lane.close()
    await until(() => {
      answer(new Away())
      return settled.length === 2
    })
    await closed
    expect(left).toEqual(['a', 'late'])
    expect(settled).toEqual(['a!unavailable', 'late!unavailable'])
  })

  it('answers each command once, also where another cannot take its answer', async () => {
    const { push, asks, answer, settled, bugs, asked } = laneByHand()
    push('a', 'harmful', 'b')
    await asks(1)
    answer(['1', '2', '3'])
    push('harmful too')
    await asks(2)
    answer(new Error('a bug'))
    await until(() => settled.length === 4)
    expect(settled).toEqual(['a:1', 'harmful:2', 'b:3', 'harmful too!internal'])
    expect(bugs).toMatchObject([{ message: 'harmful' }, { message: 'a bug' }, { message: 'harmful too' }])
    expect(asked).toHaveLength(2)
  })

  it('says overloaded when too many wait', async () => {
    const { push, lane, asks } = laneByHand({ maxWaiting: 2 })
    push('a')
    await asks(1)
    push('b', 'c')
    expect(() => lane.push('d')).toThrow(new Refusal('overloaded'))
  })

  it('tells a bug from an absence: refused once, never repeated', async () => {
    const { push, asks, answer, settled, bugs, asked } = laneByHand()
    push('a', 'b')
    await asks(1)
    answer(['only one'])
    await until(() => settled.length === 2)
    expect(settled).toEqual(['a!internal', 'b!internal'])
    expect(bugs).toHaveLength(1)
    expect(asked).toHaveLength(1)
  })

  it('closes when everything taken is answered', async () => {
    const { push, lane, asks, answer, settled } = laneByHand()
    push('a')
    await asks(1)
    const closed = lane.close()
    expect(() => lane.push('b')).toThrow(Refusal)
    answer(['1'])
    await closed
    expect(settled).toEqual(['a:1'])
  })
})
