declare global {
  interface Window {
    /** Not in every browser, and not in TypeScript's own types. */
    trustedTypes?: {
      createPolicy(
        name: string,
        rules: { createScriptURL: (url: string) => string },
      ): {
        createScriptURL(url: string): string
      }
    }
  }
}

const WORKER = '/worker.js'

/**
 * Lets the browser keep the app, so that it opens without a network, too (worker/worker.ts). Where it cannot (an old
 * browser, no https, a page under `npm run dev`), the app is as it is, online.
 */
export function keepApp() {
  if (!('serviceWorker' in navigator)) return
  const policy = window.trustedTypes?.createPolicy('farmgate-worker', { createScriptURL: () => WORKER })
  navigator.serviceWorker.register(policy?.createScriptURL(WORKER) ?? WORKER).catch(() => undefined)
}
