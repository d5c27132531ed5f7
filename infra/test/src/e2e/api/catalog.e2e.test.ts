import { type Stack, startStack } from '@farmgate/stack/stack.ts'
import { serviceToken, token } from '@farmgate/testing/tokens.ts'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { checkout, expectBadBody, expectProblem, type Outsider, openOutsider } from './outsider.ts'

// The public interface, "Catalog".

let stack: Stack
let outsider: Outsider
beforeAll(async () => {
  stack = await startStack({ instances: { 'rooms-api': 2 } })
  outsider = openOutsider(stack)
})
afterAll(() => stack.close())

const service = { token: serviceToken() }
const put = (path: string, body: unknown) => outsider.ask('PUT', path, { ...service, body })
const get = (path: string) => outsider.ask('GET', path, service)

it('PUT /catalog/users/{user_id}/ is 201, then 200; GET gives what was put', async () => {
  const user = { name: 'Ada', avatar_url: 'https://img.example/ada.png' }
  expect(await put('/catalog/users/ada/', user)).toMatchObject({ status: 201, body: user })
  expect(await put('/catalog/users/ada/', user)).toMatchObject({ status: 200, body: user })
  expect(await get('/catalog/users/ada/')).toMatchObject({ status: 200, body: { user_id: 'ada', ...user } })
})

it('PUT /catalog/products/{product_id}/ is 201, then 200; GET gives what was put', async () => {
  const product = { farmer_id: 'bo', name: 'Tomatoes', unit: 'kg', image_url: 'https://img.example/t.jpg' }
  expect(await put('/catalog/products/t/', product)).toMatchObject({ status: 201, body: product })
  expect(await put('/catalog/products/t/', product)).toMatchObject({ status: 200, body: product })
  expect(await get('/catalog/products/t/')).toMatchObject({ status: 200, body: { product_id: 't', ...product } })
})

it('what is optional may be left out, and a PUT without it takes it away', async () => {
  expect((await put('/catalog/users/al/', { name: 'Al', avatar_url: 'https://img.example/a.png' })).status).toBe(201)
  expect((await put('/catalog/users/al/', { name: 'Al B.' })).status).toBe(200)
  expect((await get('/catalog/users/al/')).text).not.toContain('a.png')
  await put('/catalog/products/eggs/', { farmer_id: 'bo', name: 'Eggs', unit: 'dozen' })
  expect((await put('/catalog/products/eggs/', { farmer_id: 'bo', name: 'Brown eggs' })).status).toBe(200)
  const { body } = await outsider.checkOut('al', { product_id: 'eggs', quantity: 3 })
  expect(body.product).toMatchObject({ name: 'Brown eggs', unit: null, image_url: null })
})

it('the same PUT many times at once over two instances: one 201, the rest 200', async () => {
  const answers = await Promise.all(Array.from({ length: 20 }, () => put('/catalog/users/many/', { name: 'Many' })))
  expect(answers.map((answer) => answer.status).sort()).toEqual([...Array(19).fill(200), 201])
})

it('GET of what is not there is 404', async () => {
  expectProblem(await get('/catalog/users/nobody/'), 404)
  expectProblem(await get('/catalog/products/nothing/'), 404)
})

it('role: service only', async () => {
  for (const path of ['/catalog/users/ada/', '/catalog/products/t/']) {
    for (const jwt of [token('ada'), token('bo', { role: 'farmer' }), token('marketplace')]) {
      const body = { name: 'Mine', ...(path.includes('products') && { farmer_id: 'bo' }) }
      expectProblem(await outsider.ask('PUT', path, { token: jwt, body }), 403)
      expectProblem(await outsider.ask('GET', path, { token: jwt }), 403)
    }
    expectProblem(await outsider.ask('PUT', path, { body: { name: 'Mine' } }), 401)
  }
  expect((await get('/catalog/users/ada/')).body).toMatchObject({ name: 'Ada' })
})

it('400 for what does not match', async () => {
  const bad = ['', '  ', 5, null, {}, 'a\0b', '\ud800']
  for (const name of bad) {
    expectBadBody(await put('/catalog/users/x/', { name }), 'name')
    expectBadBody(await put('/catalog/products/x/', { farmer_id: 'bo', name }), 'name')
  }
  for (const url of ['javascript:alert(1)', 'data:image/png,x', 'file:///etc/passwd', '//x', 'http://u:p@x', 'x', 5]) {
    expectBadBody(await put('/catalog/users/x/', { name: 'X', avatar_url: url }), 'avatar_url')
    expectBadBody(await put('/catalog/products/x/', { farmer_id: 'bo', name: 'X', image_url: url }), 'image_url')
  }
  for (const unit of [5, {}, 'a\0'])
    expectBadBody(await put('/catalog/products/x/', { farmer_id: 'bo', name: 'X', unit }), 'unit')
  expectBadBody(await put('/catalog/products/x/', { name: 'X' }), 'farmer_id')
  expectProblem(await get('/catalog/users/x/'), 404)
  expectProblem(await get('/catalog/products/x/'), 404)
})

it('rooms show the names of the catalog as they are now', async () => {
  await put('/catalog/users/fay/', { name: "Fay's Farm" })
  await put('/catalog/users/cleo/', { name: 'Cleo' })
  await put('/catalog/products/figs/', {
    farmer_id: 'fay',
    name: 'Figs',
    unit: 'box',
    image_url: 'https://img.example/f.jpg',
  })
  const { body } = await outsider.checkOut('cleo', { farmer_id: 'fay', product_id: 'figs' })
  expect(body).toMatchObject({
    customer: { id: 'cleo', name: 'Cleo' },
    farmer: { id: 'fay', name: "Fay's Farm" },
    product: { id: 'figs', name: 'Figs', unit: 'box', image_url: 'https://img.example/f.jpg' },
  })
  await put('/catalog/users/fay/', { name: "Fay's Orchard" })
  await put('/catalog/products/figs/', { farmer_id: 'fay', name: 'Fresh figs' })
  const room = (await outsider.room('cleo', body.room_id)).body
  expect(room).toMatchObject({ farmer: { name: "Fay's Orchard" }, product: { name: 'Fresh figs' } })
})

it('a product that goes to another farmer is bought there, and the room of before stays', async () => {
  await put('/catalog/products/plums/', { farmer_id: 'fay', name: 'Plums' })
  const before = await outsider.checkOut('cleo', { farmer_id: 'fay', product_id: 'plums' })
  await put('/catalog/products/plums/', { farmer_id: 'bo', name: 'Plums' })
  expect((await outsider.room('cleo', before.body.room_id)).status).toBe(200)
  const wrong = await outsider.ask('POST', '/chat/rooms/', {
    as: 'carl',
    body: checkout('carl', { farmer_id: 'fay', product_id: 'plums' }),
  })
  expectProblem(wrong, 422, 'not_the_farmers_product')
  expect((await outsider.checkOut('carl', { product_id: 'plums' })).status).toBe(201)
})
