import { limitDecoders, makePhoto, type Photo, type PhotoOrder } from './photo.ts'

/*
 * The process that makes one photo (`decode-photo.ts` starts it, its order as an argument) and ends: what the picture took
 * goes back to the system, whatever a decoder keeps or a hostile file breaks stays in here. It knows no secret.
 */

/** What it answers: a photo, or what the library says. */
export type Outcome = { photo: Photo } | { fault: string }

async function outcomeOf(order: PhotoOrder): Promise<Outcome> {
  try {
    return { photo: await makePhoto(order) }
  } catch (error) {
    return { fault: String(error) }
  }
}

// The answer has been taken, or the service has gone: either way nobody waits.
process.once('disconnect', () => process.exit())

limitDecoders()
process.send?.(await outcomeOf(JSON.parse(process.argv[2] ?? '')))
