import type { Database } from '@farmgate/postgres/database.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import type { ImageStore, Listed } from './store.ts'
import { clearLeftWorkspaces } from './workspace.ts'

/*
 * What makes rows and files fit again, whatever crashed: images that are doomed, were never attached, or were never
 * finished lose their files and then their row; files without a row go too. Any number of instances may sweep at once:
 * each step may be done twice.
 */

const HOUR_MS = 60 * 60_000

export const AGES = {
  /** No upload takes as long: what is still on its way was left behind. */
  storingMs: HOUR_MS,
  /** An upload that was not attached by then is removed. */
  storedMs: 24 * HOUR_MS,
  /** Files are listed without a row only where a crash or a late write left them; young ones may be on their way. */
  strayMs: HOUR_MS,
}
export type Ages = typeof AGES

const SWEEP_EVERY_MS = 60_000
const STRAYS_EVERY_MS = HOUR_MS

/** Images removed, or looked at, in one go. */
const PAGE = 100
/** Below every id. */
const NO_IMAGE = '00000000-0000-0000-0000-000000000000'

/** Of a large store so many images are looked at in an hour; the next hour goes on from there. */
const MAX_LOOKED = 20_000

export type Swept = { db: Database; store: ImageStore; log: Log }
export type ImageSweeper = {
  /** There is something to remove: soon, without being waited for. */
  soon(): void
  close(): Promise<void>
}

/** Sweeps every minute, and at once where `soon` was called; what fails is tried again with the next sweep. */
export function startImageSweeper(swept: Swept, everyMs = SWEEP_EVERY_MS): ImageSweeper {
  let wanted = false
  let isClosed = false
  let running: Promise<void> | undefined
  let strayAfter = ''
  let straysAt = 0

  async function run() {
    while (wanted && !isClosed) {
      wanted = false
      await sweepImages(swept).catch((error: unknown) => swept.log.warn({ err: error }, 'images.sweep_failed'))
    }
    if (!isClosed && Date.now() - straysAt > STRAYS_EVERY_MS) await sweepFar()
    running = undefined
  }

  async function sweepFar() {
    straysAt = Date.now()
    const failed = (error: unknown) => swept.log.warn({ err: error }, 'images.sweep_failed')
    await clearLeftWorkspaces().catch(failed)
    await sweepStrays(swept, AGES, strayAfter).then((after) => {
      strayAfter = after
    }, failed)
  }

  function soon() {
    wanted = true
    if (!isClosed) running ??= run()
  }

  const timer = setInterval(soon, everyMs)
  soon()
  return {
    soon,
    async close() {
      isClosed = true
      clearInterval(timer)
      await running
    },
  }
}

/**
 * Dooms what was never finished or attached, and removes all that is doomed: files first, then the row. An image that the
 * store does not let go of waits for the next sweep and keeps no other from going. Throws where the store is away.
 */
export async function sweepImages({ db, store, log }: Swept, ages: Ages = AGES): Promise<void> {
  await doomLeft(db, ages)
  let after = NO_IMAGE
  for (;;) {
    const doomed = await db.run(
      (sql) => sql<{ image_id: string }[]>`
      select image_id from messages.images where state = 'doomed' and image_id > ${after}
      order by image_id limit ${PAGE}`,
    )
    if (doomed.length === 0) return
    const ids: string[] = []
    for (const { image_id } of doomed) if (await letsGo({ store, log }, image_id)) ids.push(image_id)
    await db.run((sql) => sql`delete from messages.images where image_id = any(${ids}::uuid[]) and state = 'doomed'`)
    log.info({ images: ids.length }, 'images.removed')
    after = doomed.at(-1)?.image_id ?? after
  }
}

/** Whether its files are gone. One that cannot be removed is its own fault only where the store itself is well. */
async function letsGo({ store, log }: Pick<Swept, 'store' | 'log'>, image_id: string): Promise<boolean> {
  try {
    await store.remove(image_id)
    return true
  } catch (error) {
    await store.check()
    log.warn({ err: error, image_id }, 'images.remove_failed')
    return false
  }
}

/** What is locked is being attached, or doomed by someone else: it is passed over, so that nobody waits in a circle. */
async function doomLeft(db: Database, ages: Ages): Promise<void> {
  const before = (ms: number) => new Date(Date.now() - ms)
  await db.run(
    (sql) => sql`
    with left_over as (
      select image_id from messages.images
      where state = 'storing' and created_at < ${before(ages.storingMs)}
        or state = 'stored' and created_at < ${before(ages.storedMs)}
      for update skip locked
    )
    update messages.images i set state = 'doomed' from left_over where i.image_id = left_over.image_id`,
  )
  await db.run((sql) => sql`delete from messages.uploads where day < current_date - 7`)
}

/** Removes files that have no row, above the image `after`; answers where to go on, '' at the end. */
export async function sweepStrays({ db, store, log }: Swept, ages: Ages = AGES, after = ''): Promise<string> {
  let looked = 0
  for await (const page of pagesOf(store.list(after))) {
    const old = page.filter((image) => Date.now() - image.at.getTime() >= ages.strayMs).map((image) => image.image_id)
    for (const id of await withoutRow(db, old)) {
      if (await letsGo({ store, log }, id)) log.warn({ image_id: id }, 'images.stray_removed')
    }
    looked += page.length
    if (looked >= MAX_LOOKED) return page.at(-1)?.image_id ?? ''
  }
  return ''
}

async function* pagesOf(listed: AsyncIterable<Listed>): AsyncIterable<Listed[]> {
  let page: Listed[] = []
  for await (const image of listed) {
    page.push(image)
    if (page.length < PAGE) continue
    yield page
    page = []
  }
  if (page.length > 0) yield page
}

async function withoutRow(db: Database, ids: string[]): Promise<string[]> {
  if (ids.length === 0) return []
  const rows = await db.run(
    (sql) => sql<{ image_id: string }[]>`select image_id from messages.images where image_id = any(${ids}::uuid[])`,
  )
  const known = new Set(rows.map((row) => row.image_id))
  return ids.filter((id) => !known.has(id))
}
