import { openBrowser } from '@farmgate/browser/browser.ts'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openPageOrigin } from './page.fixture.ts'
import type { PageScript } from './page-script.fixture.ts'

declare global {
  /** In the page. */
  var farmgate: PageScript
}

let chromium: Browser
let origin: Awaited<ReturnType<typeof openPageOrigin>>
let page: Page

beforeAll(async () => {
  origin = await openPageOrigin()
  chromium = await openBrowser()
})
afterAll(async () => {
  await chromium?.close()
  await origin?.close()
})

const load = () =>
  page
    .addScriptTag({ url: '/client.js', type: 'module' })
    .then(() => page.waitForFunction(() => 'farmgate' in globalThis))

beforeEach(async () => {
  const context = await chromium.newContext()
  page = await context.newPage()
  await page.goto(origin.url)
  await load()
})
afterEach(() => page.context().close())

describe('the outbox of a browser', () => {
  test('keeps messages in the order of writing, whichever tab wrote them, over a reload, with their photos', async () => {
    await page.evaluate(async () => {
      const { one, other, messageOf } = farmgate
      await one.add(messageOf('z'))
      await other.add(messageOf('a', [new Blob(['photo'], { type: 'image/png' })]))
      await one.add(messageOf('m'))
      await one.add({ ...messageOf('of another room'), room_id: 'r-2' })
    })
    await page.reload()
    await load()
    const listed = await page.evaluate(async () => {
      const messages = await farmgate.one.list(farmgate.place)
      return Promise.all(messages.map(async ({ body, images }) => [body, await images[0]?.file.text()]))
    })
    expect(listed).toEqual([
      ['z', undefined],
      ['a', 'photo'],
      ['m', undefined],
    ])
  })

  test('changes and drops what is there, and nothing else', async () => {
    const listed = await page.evaluate(async () => {
      const { one, other, place, messageOf } = farmgate
      for (const body of ['a', 'b', 'c']) await one.add(messageOf(body))
      await other.update({ ...messageOf('b'), error: { code: 'internal', detail: 'a bug' } })
      await other.update(messageOf('never written'))
      await other.remove('a')
      await other.remove('a')
      return (await one.list(place)).map(({ body, error }) => [body, error?.code])
    })
    expect(listed).toEqual([
      ['b', 'internal'],
      ['c', undefined],
    ])
  })

  test('counts and drops what one user wrote, in all rooms, and leaves what another one did', async () => {
    const said = await page.evaluate(async () => {
      const { one, other, place, messageOf } = farmgate
      const theirs = { ...place, user_id: 'c-2' }
      await one.add(messageOf('a'))
      await one.add({ ...messageOf('of another room'), room_id: 'r-2' })
      await one.add({ ...messageOf('of another user'), ...theirs })
      const told = new Promise((resolve) => other.watch({ ...place, room_id: 'r-2' }, () => resolve('told')))
      const before = await other.count(place.user_id)
      await one.forget(place.user_id)
      return [before, await other.count(place.user_id), (await other.list(theirs)).length, await told]
    })
    expect(said).toEqual([2, 0, 1, 'told'])
  })

  test('tells other tabs what has changed, until they have heard enough', async () => {
    const told = await page.evaluate(async () => {
      const { one, other, place, messageOf } = farmgate
      const heard: string[] = []
      const next = () =>
        new Promise<void>((resolve) => {
          const end = other.watch(place, () => {
            heard.push('told')
            end()
            resolve()
          })
        })
      const first = next()
      await one.add(messageOf('a'))
      await first
      const second = next()
      await one.add(messageOf('b'))
      await one.remove('b')
      await second
      return heard
    })
    expect(told).toEqual(['told', 'told'])
  })

  test('lets go of its database when it is closed, and when a later build wants another one', async () => {
    const said = await page.evaluate(async () => {
      const { one, other, place, messageOf } = farmgate
      const bodies: string[] = []
      const written = (store: typeof one, body: string) =>
        store.add(messageOf(body)).then(
          () => true,
          () => false,
        )
      bodies.push(`${await written(one, 'a')}`)
      await one.close()
      await one.close()
      bodies.push(`${await written(one, 'b')}`, `${await written(other, 'c')}`)
      bodies.push(...(await other.list(place)).map(({ body }) => body))
      const later = indexedDB.open('farmgate-outbox', 2)
      await new Promise((resolve, reject) => {
        later.onsuccess = resolve
        later.onblocked = reject
      })
      bodies.push(`${await written(other, 'd')}`)
      return bodies
    })
    expect(said).toEqual(['true', 'false', 'true', 'a', 'c', 'false'])
  })

  test('waits in memory where the browser lets nothing be kept', async () => {
    await page.addInitScript(() => {
      IDBFactory.prototype.open = () => {
        throw new DOMException('blocked', 'SecurityError')
      }
    })
    await page.reload()
    await load()
    const listed = await page.evaluate(async () => {
      await farmgate.one.add(farmgate.messageOf('a'))
      return (await farmgate.one.list(farmgate.place)).map(({ body }) => body)
    })
    expect(listed).toEqual(['a'])
  })

  test('lets one tab work at a time', async () => {
    const log = await page.evaluate(async () => {
      const { one, other, place } = farmgate
      const { signal } = new AbortController()
      const said: string[] = []
      const work = (name: string) => async () => {
        said.push(`${name} begins`)
        await new Promise((resolve) => setTimeout(resolve, 20))
        said.push(`${name} ends`)
      }
      await Promise.all([one.alone(place, signal, work('one')), other.alone(place, signal, work('other'))])
      return said
    })
    expect(log).toEqual(['one begins', 'one ends', 'other begins', 'other ends'])
  })
})

describe('an upload', () => {
  test('tells how far it is', async () => {
    const [uploaded, shares] = await page.evaluate(async () => {
      const progress: number[] = []
      const answer = await farmgate.upload(2_000_000, { onProgress: (share) => progress.push(share) })
      return [answer, progress] as const
    })
    expect(uploaded.bytes).toBeGreaterThan(2_000_000)
    expect(shares).toEqual(shares.toSorted((one, other) => one - other))
    expect(shares.at(-1)).toBe(1)
  })

  test('ends when its caller ends it', async () => {
    const error = await page.evaluate(() => {
      const ended = new AbortController()
      const onProgress = () => ended.abort(new Error('not wanted any more'))
      return farmgate.upload(50_000_000, { onProgress, signal: ended.signal }).catch(({ message }) => message)
    })
    expect(error).toBe('not wanted any more')
  })

  test('that reaches nobody is unreachable', async () => {
    await page.context().setOffline(true)
    expect(await page.evaluate(() => farmgate.upload(1).catch(({ code }) => code))).toBe('unreachable')
  })
})

test('the network goes and comes back', async () => {
  await page.evaluate(() => {
    const heard: string[] = []
    farmgate.network.watch((event) => heard.push(event))
    Object.assign(globalThis, { heard })
  })
  await page.context().setOffline(true)
  expect(await page.evaluate(() => farmgate.network.online())).toBe(false)
  await page.context().setOffline(false)
  await page.waitForFunction(() => Reflect.get(globalThis, 'heard').length === 2)
  expect(await page.evaluate(() => Reflect.get(globalThis, 'heard'))).toEqual(['offline', 'online'])
})
