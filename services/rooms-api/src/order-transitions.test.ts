import { type OrderStatus, orderStatus } from '@farmgate/contracts/order-status.ts'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Party, stepOf, transitions } from './order-transitions.ts'

const statuses = orderStatus.options
const anyStatus = fc.constantFrom(...statuses)
const anyParty = fc.constantFrom<Party>('customer', 'farmer')

test('the farmer moves an order from new to active to completed', () => {
  expect(stepOf('new', 'active', 'farmer')).toMatchObject({ from: 'new', to: 'active' })
  expect(stepOf('active', 'completed', 'farmer')).toMatchObject({ from: 'active', to: 'completed' })
})

test('where nothing was bought no step is legal', () => {
  for (const to of statuses) expect(stepOf(null, to, 'farmer')).toBe('illegal_transition')
})

test('the customer takes no step, not even the one that changes nothing', () => {
  fc.assert(
    fc.property(fc.option(anyStatus), anyStatus, (from, to) => {
      expect(stepOf(from, to, 'customer')).toBe('not_the_farmer')
    }),
  )
})

test('whatever is asked, in any order, the steps taken are a prefix of new, active, completed, each once', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(anyStatus, anyParty), { maxLength: 30 }), (asked) => {
      const history: OrderStatus[] = ['new']
      for (const [to, who] of asked) {
        const step = stepOf(history.at(-1) ?? null, to, who)
        if (typeof step !== 'string') history.push(step.to)
      }
      expect(history).toEqual(statuses.slice(0, history.length))
    }),
  )
})

test('the status an order has already is a step for nobody', () => {
  for (const { from, to } of transitions) expect(from).not.toBe(to)
  for (const status of statuses) expect(stepOf(status, status, 'farmer')).toBe('unchanged')
})
