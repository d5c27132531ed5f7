import { expect, test } from 'vitest'
import type { Link } from './link.ts'
import { createPool } from './pool.ts'

/** Connections that answer nothing: whether they live is all that a pool asks of them. */
function openLinks() {
  const ended: number[] = []
  const opened: Link[] = []
  const open = (): Link => {
    const number = opened.length
    let isOver = false
    const end = () => {
      if (!isOver) ended.push(number)
      isOver = true
    }
    const link = {
      ask: async () => undefined,
      end,
      get isOver() {
        return isOver
      },
    }
    opened.push(link)
    return link
  }
  return { open, opened, ended }
}

const itself = async (link: Link) => link

test('a connection is opened when it is needed, and used again as long as it lives', async () => {
  const { open, opened } = openLinks()
  const pool = createPool({ size: 3, open })
  expect(opened).toHaveLength(0)
  const first = await pool.lend(itself)
  expect(await pool.lend(itself)).toBe(first)
  first.end()
  expect(await pool.lend(itself)).not.toBe(first)
  expect(opened).toHaveLength(2)
})

test('a slot whose connections are lost at once opens four a second, not more', async () => {
  const { open, opened } = openLinks()
  const pool = createPool({ size: 1, open })
  const begun = performance.now()
  for (let n = 0; n < 3; n++) (await pool.lend(itself)).end()
  expect(performance.now() - begun).toBeGreaterThanOrEqual(490)
  expect(opened).toHaveLength(3)
})

test('a connection that is too old is ended and replaced between two uses', async () => {
  const { open, ended } = openLinks()
  const pool = createPool({ size: 1, open, lifeMs: 0 })
  const first = await pool.lend(itself)
  expect(ended).toEqual([])
  expect(await pool.lend(itself)).not.toBe(first)
  expect(ended).toEqual([0])
})

test('first come, first served; one whose use fails gives its connection back', async () => {
  const { open } = openLinks()
  const pool = createPool({ size: 1, open })
  const order: number[] = []
  const failing = pool.lend(async () => {
    throw new Error('no')
  })
  const later = [1, 2, 3].map((n) => pool.lend(async () => order.push(n)))
  await expect(failing).rejects.toThrow('no')
  await Promise.all(later)
  expect(order).toEqual([1, 2, 3])
})

test('closing refuses who waits and who comes, and ends every connection when what runs has ended', async () => {
  const { open, ended } = openLinks()
  const pool = createPool({ size: 1, open })
  const { promise: held, resolve: end } = Promise.withResolvers<void>()
  const { promise: begun, resolve: begin } = Promise.withResolvers<void>()
  const holding = pool.lend(() => {
    begin()
    return held
  })
  await begun
  const waiting = expect(pool.lend(itself)).rejects.toThrow('postgres is away')
  const closed = pool.close()
  await waiting
  await expect(pool.lend(itself)).rejects.toThrow('postgres is away')
  expect(ended).toEqual([])
  end()
  await Promise.all([holding, closed])
  expect(ended).toEqual([0])
})
