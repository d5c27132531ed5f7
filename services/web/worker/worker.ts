/*
 * The app where there is no network: its page and all it is built of, kept by the browser with each build, and the demo's
 * market as it was last seen. Rooms, messages and photos never pass here: what is written waits in the client's outbox.
 */

/** Written before this by build-app.ts: the name of this build, and its files. */
declare const BUILT: { stamp: string; files: string[] }

// The types know workers of every kind; this file runs as one of these alone.
const worker = globalThis as unknown as ServiceWorkerGlobalScope

const PREFIX = 'farmgate-'
const CACHE = PREFIX + BUILT.stamp
const PAGE = '/'
const MARKET = '/demo/market/'

worker.addEventListener('install', (event) => {
  event.waitUntil(keepBuild())
})

worker.addEventListener('activate', (event) => {
  event.waitUntil(forgetOtherBuilds())
})

worker.addEventListener('fetch', (event) => {
  const { request } = event
  const { origin, pathname } = new URL(request.url)
  if (request.method !== 'GET' || origin !== worker.location.origin) return
  if (pathname.startsWith('/assets/')) event.respondWith(keptOrAsked(request))
  else if (pathname.startsWith('/demo/')) event.respondWith(orKept(askedAndKept(request), request.url))
  else if (request.mode === 'navigate' && isScreen(pathname)) event.respondWith(orKept(fetch(request), PAGE))
})

/** The paths of screens.ts, all of which are the same page. */
const isScreen = (pathname: string) => /^\/$|^\/(market|chats)(\/|$)/.test(pathname)

async function keepBuild() {
  const cache = await caches.open(CACHE)
  await cache.addAll([PAGE, ...BUILT.files])
  // A first visit has asked for it before there was a worker, and cannot say who is in the window without it. Production has none.
  await cache.add(MARKET).catch(() => undefined)
  await worker.skipWaiting()
}

async function forgetOtherBuilds() {
  const names = await caches.keys()
  const others = names.filter((name) => name.startsWith(PREFIX) && name !== CACHE)
  await Promise.all(others.map((name) => caches.delete(name)))
  await worker.clients.claim()
}

/** By its name it never changes, whoever asks: scripts and fonts are asked for with an Origin, and we kept them without. */
const keptOrAsked = async (request: Request) => (await caches.match(request, { ignoreVary: true })) ?? fetch(request)

/** What there is now, kept for when there is nothing. Not for the page: that of a later build names files we do not have. */
async function askedAndKept(request: Request): Promise<Response> {
  const answer = await fetch(request)
  if (answer.ok) await (await caches.open(CACHE)).put(request.url, answer.clone())
  return answer
}

/** The answer, or where none came what is kept under `key`. */
async function orKept(answer: Promise<Response>, key: string): Promise<Response> {
  try {
    return await answer
  } catch (error) {
    const kept = await (await caches.open(CACHE)).match(key)
    if (kept) return kept
    throw error
  }
}
