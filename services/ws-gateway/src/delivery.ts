import type { GatewayMetrics } from './metrics.ts'
import type { TextFrame } from './text-frame.ts'

/** One message in so many is timed: looking for the time in a frame costs as much as a socket write. */
const ONE_IN = 16

/** In JSON a message's own text cannot say this: its quotes are escaped. */
const CREATED_AT = /"created_at":"([^"]+)"/

/**
 * Watches how old messages are when their frames first leave for the sockets of this gateway, be it with the answer to a
 * send or from the stream. Clocks of the machines included.
 */
export function sampleDelivery({
  deliverySeconds,
}: Pick<GatewayMetrics, 'deliverySeconds'>): (frame: string | TextFrame) => void {
  let count = 0
  return (frame) => {
    if (count++ % ONE_IN !== 0) return
    const [, createdAt = ''] = CREATED_AT.exec(typeof frame === 'string' ? frame : frame.bytes.toString()) ?? []
    const seconds = (Date.now() - Date.parse(createdAt)) / 1_000
    if (!Number.isNaN(seconds)) deliverySeconds.observe(Math.max(0, seconds))
  }
}
