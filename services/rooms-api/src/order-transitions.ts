import type { ErrorCode } from '@farmgate/contracts/errors.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'

export type Party = 'customer' | 'farmer'

/** A legal step, who may take it, and how the history puts it into words. */
export type Transition = { from: OrderStatus; to: OrderStatus; who: Party; says: string }

/** Every legal step of an order. A cancellation is a row more, here and nowhere else. */
export const transitions: readonly Transition[] = [
  { from: 'new', to: 'active', who: 'farmer', says: 'The order is now active.' },
  { from: 'active', to: 'completed', who: 'farmer', says: 'The order is completed.' },
]

/**
 * The step from `from` (null: nothing bought yet) to `to`; 'unchanged' where the order is there already; otherwise why
 * not. Who stands in no row at all may not change the status, whatever it is.
 */
export function stepOf(
  from: OrderStatus | null,
  to: OrderStatus,
  who: Party,
): Transition | 'unchanged' | Extract<ErrorCode, 'not_the_farmer' | 'illegal_transition'> {
  const own = transitions.filter((step) => step.who === who)
  if (own.length === 0) return 'not_the_farmer'
  if (from === to) return 'unchanged'
  return own.find((step) => step.from === from && step.to === to) ?? 'illegal_transition'
}
