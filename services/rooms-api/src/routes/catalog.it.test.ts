import { token } from '@farmgate/testing/tokens.ts'
import { until } from '@farmgate/testing/until.ts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkout, MARKETPLACE, openRig, type Rig } from '../rig.fixture.ts'

let rig: Rig
beforeAll(async () => {
  rig = await openRig({ instances: 2 })
})
afterAll(() => rig.close())

const put = (path: string, body: unknown) => rig.as(MARKETPLACE).put(path, { body })
const get = (path: string) => rig.as(MARKETPLACE).get(path)

describe('PUT and GET /catalog/users/{user_id}/', () => {
  test('works: 201 and then 200, and what was put is read', async () => {
    const first = await put('/catalog/users/u-1/', { name: 'Ada', avatar_url: 'https://img.example/ada.jpg' })
    expect(first).toMatchObject({ status: 201, body: { user_id: 'u-1', avatar_url: 'https://img.example/ada.jpg' } })
    const second = await put('/catalog/users/u-1', { name: ' Ada Lovelace ' })
    expect(second).toMatchObject({ status: 200, body: { user_id: 'u-1', name: 'Ada Lovelace', avatar_url: null } })
    expect(await get('/catalog/users/u-1/')).toMatchObject({ status: 200, body: second.body })
  })

  test('works: one whom only a token has named is new to the catalog', async () => {
    await rig.bearing(token('u-claimed', { name: 'Cy' })).get('/chat/rooms/')
    expect(await get('/catalog/users/u-claimed/')).toMatchObject({ status: 404, body: { code: 'unknown_user' } })
    expect((await put('/catalog/users/u-claimed/', { name: 'Cyrus' })).status).toBe(201)
  })

  test('a claimed name that cannot be written keeps nobody waiting, and is tried again', async () => {
    const body = checkout({ customer_id: 'u-locked', product_id: 'p-none' })
    const claims = (name: string) => rig.bearing(token('u-locked', { name }))
    await claims('Dee').post('/chat/rooms/', { body })
    await rig.db.begin(async (tx) => {
      await tx`select from rooms.users where user_id = 'u-locked' for update`
      const start = performance.now()
      expect((await claims('Dora').get('/chat/rooms/')).status).toBe(200)
      expect((await claims('Doris').post('/chat/rooms/', { body })).status).toBe(422)
      expect(performance.now() - start).toBeLessThan(1_000)
      await until(() => rig.db.load().running === 1, { what: 'the writes give up on the lock' })
    })
    await claims('Doris').post('/chat/rooms/', { body })
    const [row] = await rig.db.run((sql) => sql`select claimed_name from rooms.users where user_id = 'u-locked'`)
    expect(row).toEqual({ claimed_name: 'Doris' })
  })

  test.each([{}, { name: '' }, { name: '  ' }, { name: 'a\0b' }, { name: 'x', role: 'service' }, { name: 1 }])(
    'refuses %j: 400',
    async (body) => expect(await put('/catalog/users/u-2/', body)).toMatchObject({ status: 400 }),
  )

  test('refuses an id that is none: 400', async () => {
    expect((await put('/catalog/users/a%20b/', { name: 'x' })).body.code).toBe('invalid_path')
  })

  test('who may: the marketplace only', async () => {
    expect(await rig.as('u-1').put('/catalog/users/u-1/', { body: { name: 'Eve' } })).toMatchObject({
      status: 403,
      body: { code: 'service_only' },
    })
    expect((await rig.as('u-1').get('/catalog/users/u-1/')).status).toBe(403)
  })
})

describe('PUT and GET /catalog/products/{product_id}/', () => {
  test('works: 201 and then 200, and what was put is read', async () => {
    const first = await put('/catalog/products/p-9/', { farmer_id: 7, name: 'Plums', unit: 'kg' })
    expect(first).toMatchObject({
      status: 201,
      body: { product_id: 'p-9', farmer_id: '7', name: 'Plums', unit: 'kg', image_url: null },
    })
    const second = await put('/catalog/products/p-9/', { farmer_id: 'f-1', name: 'Plums' })
    expect(second).toMatchObject({ status: 200, body: { farmer_id: 'f-1', unit: null } })
    expect(await get('/catalog/products/p-9/')).toMatchObject({ status: 200, body: second.body })
  })

  test('an unknown one: 404', async () => {
    expect(await get('/catalog/products/none/')).toMatchObject({ status: 404, body: { code: 'product_not_found' } })
  })

  test.each([
    { name: 'x' },
    { farmer_id: 'f' },
    { farmer_id: 'f', name: 'x', price: 1 },
    { farmer_id: 'f', name: 'x', image_url: 'javascript:1' },
  ])('refuses %j: 400', async (body) =>
    expect(await put('/catalog/products/p-10/', body)).toMatchObject({ status: 400 }),
  )

  test('who may: the marketplace only', async () => {
    const body = { farmer_id: 'f-1', name: 'Mine' }
    expect((await rig.as('f-1').put('/catalog/products/p-9/', { body })).body.code).toBe('service_only')
    expect((await rig.as('f-1').get('/catalog/products/p-9/')).status).toBe(403)
  })
})

test.each([
  ['users', { name: 'Ada' }],
  ['products', { farmer_id: 'f-1', name: 'Plums' }],
])('the same of /catalog/%s/ 40 times at once over two instances: one 201, else 200', async (kind, body) => {
  for (let round = 0; round < 5; round++) {
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        rig.as(MARKETPLACE, rig.apps[i % 2]).put(`/catalog/${kind}/many-${round}/`, { body }),
      ),
    )
    expect(answers.map(({ status }) => status).toSorted()).toEqual([...Array(39).fill(200), 201])
  }
})
