import type { Clock } from './clock.ts'

/** So many handshakes make a wave, */
const LEAST = 500
/** and at least one for so many sockets that are open: the more there are, the longer `act` may take. */
const OF_OPEN = 4
/** Fewer than this in a second: it has passed. */
const CALM = 50

/**
 * Calls `act` when a wave of handshakes has passed. A handshake leaves more garbage than its socket needs for the rest of
 * its life, and a process in which nothing happens any more keeps it: that is the moment to collect it. Gives what is to
 * be called at each handshake.
 */
export function afterWaves(clock: Clock, open: () => number, act: () => void): () => void {
  let ofWave = 0
  let ofTick = 0
  clock.onTick(() => {
    ofWave += ofTick
    const isCalm = ofTick < CALM
    ofTick = 0
    if (!isCalm || ofWave < Math.max(LEAST, open() / OF_OPEN)) return
    ofWave = 0
    act()
  })
  return () => {
    ofTick++
  }
}
