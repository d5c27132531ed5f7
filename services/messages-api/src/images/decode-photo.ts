import { fork } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Outcome } from './decoder.ts'
import type { Photo, PhotoOrder } from './photo.ts'

const DECODER = path.join(import.meta.dirname, 'decoder.ts')

/** All of its environment. glibc's own defaults keep a second copy of much of a picture. */
const MALLOC = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072' }

/** libvips says so of a disk that is full or gone: no fault of the picture. */
const DISK_FAULT = /no space left|unable to write|write error|unable to open .* for writing/i

/**
 * Makes a photo in a process of its own, which has ended when this settles. Throws `Refusal`: `bad_image`, and
 * `overloaded` where `signal` came first; `DependencyAway` where the disk is full or the process died.
 */
export async function decodePhoto(order: PhotoOrder, signal: AbortSignal): Promise<Photo> {
  if (signal.aborted) throw new Refusal('overloaded')
  const decoder = fork(DECODER, [JSON.stringify(order)], { execArgv: [], env: MALLOC, stdio: 'ignore' })
  const stop = () => decoder.kill('SIGKILL')
  signal.addEventListener('abort', stop)
  let outcome: Outcome | undefined
  decoder.once('message', (answer) => {
    outcome = answer as Outcome
    decoder.disconnect()
  })
  try {
    await once(decoder, 'exit')
  } catch (error) {
    throw new DependencyAway('decoder', error)
  } finally {
    signal.removeEventListener('abort', stop)
  }
  if (outcome) return photoIn(outcome)
  if (signal.aborted) throw new Refusal('overloaded')
  throw new DependencyAway('decoder', new Error(`it ended by ${decoder.signalCode ?? decoder.exitCode}`))
}

function photoIn(outcome: Outcome): Photo {
  if ('photo' in outcome) return outcome.photo
  if (DISK_FAULT.test(outcome.fault)) throw new DependencyAway('images', new Error(outcome.fault))
  throw new Refusal('bad_image')
}
