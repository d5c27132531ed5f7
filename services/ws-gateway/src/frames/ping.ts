import type { Connection } from '../connection.ts'
import { textFrame } from '../text-frame.ts'

const PONG = textFrame('{"type":"pong"}')

/** Answered on the spot: for clients that cannot send a WebSocket ping. */
export const ping = ({ connection }: { connection: Connection }): void => connection.send(PONG)
