import { z } from 'zod'

/** The status of an order, in the order of its life. `null` in a room means: asked, nothing bought yet. */
export const orderStatus = z.enum(['new', 'active', 'completed']).meta({ id: 'OrderStatus' })
export type OrderStatus = z.infer<typeof orderStatus>
