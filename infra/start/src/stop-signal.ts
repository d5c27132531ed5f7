/** How often we look whether the npm that started us still lives. */
const LOOK_MS = 500

/**
 * Fires at the first SIGINT, SIGTERM or SIGHUP; further ones change nothing, so that a second Ctrl-C does not cut the
 * ending short. Under npm it also fires when npm is gone, even by kill -9: nobody would be left to stop us.
 */
export function onStopSignal(env: Record<string, string | undefined>): AbortSignal {
  const controller = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => controller.abort())
  if (env.npm_lifecycle_event !== undefined) whenParentIsGone(() => controller.abort())
  return controller.signal
}

function whenParentIsGone(then: () => void) {
  const parent = process.ppid
  const timer = setInterval(() => {
    if (process.ppid === parent) return
    clearInterval(timer)
    then()
  }, LOOK_MS)
  timer.unref()
}
