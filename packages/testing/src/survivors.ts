import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How many bytes the heap has grown by when `work` has run so often and its garbage was collected, in minor collections only. */
export async function survivorBytes(times: number, work: () => Promise<unknown>): Promise<number> {
  setFlagsFromString('--expose-gc')
  const collect: typeof gc = runInNewContext('gc')
  await work()
  collect?.()
  const before = process.memoryUsage().heapUsed
  for (let n = 0; n < times; n++) {
    await work()
    if (n % 10 === 0) collect?.({ type: 'minor' })
  }
  collect?.({ type: 'minor' })
  return process.memoryUsage().heapUsed - before
}
