import { buildApp, watchApp } from './build/build-app.ts'
import { FIRST_SCREEN_KB, firstScreenKb } from './build/first-screen.ts'
import { DIST } from './build/folders.ts'

/*
 * `node services/web/src/build.ts`: dist/ from app/. The start command, the tests and the image all call it; where nothing
 * has changed it takes a moment. `--watch` goes on until it is ended.
 */

// Whatever surrounds us is: Vite would else take React's development half, twice as heavy.
process.env.NODE_ENV = 'production'

if (process.argv.includes('--watch')) await watchApp()
else await buildOnce()

async function buildOnce() {
  const begun = performance.now()
  const built = await buildApp()
  const kb = await firstScreenKb(DIST)
  const what = built ? `built in ${Math.round(performance.now() - begun)} ms` : 'up to date'
  process.stdout.write(`${what}; first screen ${kb.toFixed(1)} KB of JavaScript, of ${FIRST_SCREEN_KB}\n`)
  if (kb > FIRST_SCREEN_KB) process.exitCode = 1
}
