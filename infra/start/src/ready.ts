import { setTimeout as wait } from 'node:timers/promises'

const POLL_MS = 50
const ANSWER_MS = 2_000

/** Whether `GET url` is answered with a 2xx, now. */
export async function answers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_MS) })
    await answer.body?.cancel()
    return answer.ok
  } catch {
    return false
  }
}

/** Polls until it is so; gives up, with false, when `signal` fires. */
export async function until(isSo: () => Promise<boolean>, signal: AbortSignal): Promise<boolean> {
  while (!signal.aborted) {
    if (await isSo()) return true
    await wait(POLL_MS)
  }
  return false
}
