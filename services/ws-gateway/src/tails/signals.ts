import { SIGNALS_STREAM, signals } from '@farmgate/contracts/signals.ts'
import type { Log } from '@farmgate/service-kit/log.ts'
import { field } from '@farmgate/streams/entries.ts'
import { z } from 'zod'
import type { Hub } from '../hub.ts'
import type { Presence } from '../presence.ts'
import type { Signals } from '../signals.ts'
import type { Typing } from '../typing.ts'
import type { EntryHandler } from './tail-streams.ts'

const anySignal = z.discriminatedUnion('type', [signals.typing, signals.presence])

type Hearers = { hub: Hub; presence: Presence; typing: Typing; signals: Signals; log: Log }

/** What the other gateways say of their sockets; our own voice is passed over. */
export const signalEntries =
  ({ hub, presence, typing, signals: { gateway }, log }: Hearers): EntryHandler =>
  (id, fields) => {
    const room = hub.get(field(fields, 'room_id') ?? '')
    if (!room || field(fields, 'gateway') === gateway) return false
    const { success, data: heard } = anySignal.safeParse(record(fields))
    if (!success) {
      log.warn({ stream: SIGNALS_STREAM, entry: id }, 'entry.malformed')
      return false
    }
    if (heard.type === 'typing') typing.heard(room, heard.user_id, heard.is_typing)
    else presence.heard(room, heard.gateway, heard.user_id, heard.present, heard.at)
    return true
  }

function record(fields: readonly string[]): Record<string, string> {
  const pairs: [string, string][] = []
  for (let at = 0; at + 1 < fields.length; at += 2) pairs.push([fields[at] ?? '', fields[at + 1] ?? ''])
  return Object.fromEntries(pairs)
}
