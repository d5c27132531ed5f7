const FINAL_TEXT = 0x81
const MOST_IN_7_BITS = 125
const IN_16_BITS = 126
const MOST_IN_16_BITS = 0xffff
const IN_64_BITS = 127

/** Kept apart from other bytes by its type: those would be taken for a header. */
export type TextFrame = { readonly bytes: Buffer }

/**
 * A text as the bytes of one WebSocket frame, unmasked as a server's are (RFC 6455, 5.2). Made once and written to as many
 * sockets as want it: no header for each, and one write instead of two. Text that came as bytes is copied: what it came in can go.
 */
export function textFrame(text: string | Buffer): TextFrame {
  const length = Buffer.byteLength(text)
  const start = length <= MOST_IN_7_BITS ? 2 : length <= MOST_IN_16_BITS ? 4 : 10
  const bytes = Buffer.allocUnsafe(start + length)
  bytes[0] = FINAL_TEXT
  if (start === 2) {
    bytes[1] = length
  } else if (start === 4) {
    bytes[1] = IN_16_BITS
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = IN_64_BITS
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  if (typeof text === 'string') bytes.write(text, start)
  else text.copy(bytes, start)
  return { bytes }
}
