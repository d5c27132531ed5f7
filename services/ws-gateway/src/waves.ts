import type { Clock } from './clock.ts'

/** So many handshakes make a wave. */
const WAVE = 500
/** Fewer than this in a second: it has passed. */
const CALM = 50

/**
 * Calls `act` when a wave of handshakes has passed. A handshake leaves more garbage than its socket needs for the rest of
 * its life, and a process in which nothing happens any more keeps it: that is the moment to collect it. Gives what is to
 * be called at each handshake.
 */
export function afterWaves(clock: Clock, act: () => void): () => void {
  let ofWave = 0
  let ofTick = 0
  clock.onTick(() => {
    ofWave += ofTick
    const isCalm = ofTick < CALM
    ofTick = 0
    if (!isCalm || ofWave < WAVE) return
    ofWave = 0
    act()
  })
  return () => {
    ofTick++
  }
}
