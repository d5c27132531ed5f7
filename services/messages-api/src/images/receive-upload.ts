import { createWriteStream } from 'node:fs'
import type { IncomingMessage } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { roomId } from '@farmgate/contracts/ids.ts'
import type { Request } from '@farmgate/service-kit/app.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Multipart, MultipartFile } from '@fastify/multipart'
import { formatOf, SIGNATURE_BYTES } from './format.ts'

/** Of the file (`image_too_large` in packages/contracts); not a byte more is written. */
const MAX_BYTES = 10 * 1024 * 1024

/** Calls that fail when our disk does, never by what a sender sends. */
const DISK_CALLS = ['open', 'write', 'close']

/** What stands around the file: boundaries, headers, the room's id. */
const ENVELOPE_BYTES = 64 * 1024

/** What is still coming of a refused upload is read and thrown away for this long, so that its sender hears why. */
const DISCARD_MS = 10_000

/** One more of each than is taken, so that it is seen. */
const LIMITS = { fields: 2, fieldSize: 256, files: 2, fileSize: MAX_BYTES, headerPairs: 32 }

const FORM = 'The body must be a multipart form: room_id, then file, and nothing else.'

/**
 * Reads an upload as it comes, into `into`; `admit` decides by the room before the file is read. Answers the room. Throws
 * what `admit` throws, and `Refusal`: `invalid_body`, `image_too_large`, and, from its first bytes, `unsupported_image`.
 */
export async function receiveUpload(
  request: Request,
  into: string,
  admit: (roomId: string) => Promise<void>,
): Promise<string> {
  const type = request.headers['content-type']
  if (type !== undefined && !/^multipart\/form-data/i.test(type)) throw new Refusal('unsupported_media_type')
  if (Number(request.headers['content-length']) > MAX_BYTES + ENVELOPE_BYTES) throw new Refusal('image_too_large')
  const parts = request.parts({ limits: LIMITS })
  const room = roomOf((await heard(parts.next())).value)
  await admit(room)
  const file = (await heard(parts.next())).value
  if (file?.type !== 'file' || file.fieldname !== 'file') throw new Refusal('invalid_body', FORM)
  await write(file, into)
  if (!(await heard(parts.next())).done) throw new Refusal('invalid_body', FORM)
  return room
}

function roomOf(part: Multipart | undefined): string {
  if (part?.type !== 'field' || part.fieldname !== 'room_id') throw new Refusal('invalid_body', FORM)
  const parsed = roomId.safeParse(part.value)
  if (!parsed.success) throw new Refusal('invalid_body', 'room_id: must be a UUID')
  return parsed.data
}

async function write({ file }: MultipartFile, into: string): Promise<void> {
  // It would go on reading, and throwing away, what is beyond its limit.
  file.once('limit', () => file.destroy(new Refusal('image_too_large')))
  await heard(pipeline(file, signed, createWriteStream(into, { flags: 'wx', mode: 0o600 })))
}

/** Passes on what begins like an image, and stops at once what does not. */
async function* signed(chunks: AsyncIterable<Buffer>): AsyncIterable<Buffer> {
  let beginning = Buffer.alloc(0)
  for await (const chunk of chunks) {
    if (beginning.length < SIGNATURE_BYTES) {
      beginning = Buffer.concat([beginning, chunk])
      if (beginning.length >= SIGNATURE_BYTES && !formatOf(beginning)) throw new Refusal('unsupported_image')
    }
    yield chunk
  }
}

/** Whatever the parser does not like is a body that does not match; only a disk that is full is no fault of its sender. */
async function heard<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Refusal) throw error
    if (error instanceof Error && 'syscall' in error && DISK_CALLS.includes(String(error.syscall)))
      throw new DependencyAway('images', error)
    throw new Refusal('invalid_body', FORM)
  }
}

/** Lets the rest of a request come and go, so that its sender gets round to reading the answer. */
export function discardRest(request: IncomingMessage): void {
  if (request.complete) return
  request.unpipe()
  request.resume()
  const giveUp = setTimeout(() => request.destroy(), DISCARD_MS).unref()
  request.once('close', () => clearTimeout(giveUp))
}
