import type { Room } from '@farmgate/contracts/rooms.ts'

/**
 * The rooms that stand in the list of `me`. Where a customer opened one to ask and has not written yet, nothing has happened
 * for the farm: it sees the room with its first message, or its order.
 */
export const listed = (rooms: readonly Room[], me: string): readonly Room[] =>
  rooms.filter(({ farmer_id, order_status, last_seq }) => farmer_id !== me || order_status !== null || last_seq > 0)
