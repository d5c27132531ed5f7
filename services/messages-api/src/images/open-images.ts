import { limitDecoders } from './photo.ts'
import { createUrlSigner, type UrlSigner } from './signed-urls.ts'
import type { ImageStore } from './store.ts'
import { type ImageSweeper, type Swept, startImageSweeper } from './sweep.ts'
import { createTurns } from './turns.ts'

/** So many pictures are decoded at once in a process, and so many wait; who comes then gets 503 and may come back. */
const DECODERS = 2
const MAX_WAITING = 20
/** Bytes that a picture may take beside another; one that takes more has both decoders to itself. */
const LIGHT_BYTES = 100 * 1024 * 1024

/** What decodes pictures, so many at once; `memory` as `readHeader` tells it. */
type Decoding = {
  run<T>(picture: { user: string; memory: number; signal: AbortSignal }, work: () => Promise<T>): Promise<T>
  readonly waiting: number
}

/** All that images need. */
export type Images = {
  store: ImageStore
  urls: UrlSigner
  decoding: Decoding
  sweeper: ImageSweeper
  close(): Promise<void>
}

type Options = Swept & { urlSecret: string; sweepEveryMs?: number }

export function openImages({ urlSecret, sweepEveryMs, ...swept }: Options): Images {
  limitDecoders()
  const turns = createTurns({ slots: DECODERS, maxWaiting: MAX_WAITING })
  const sweeper = startImageSweeper(swept, sweepEveryMs)
  return {
    store: swept.store,
    urls: createUrlSigner(urlSecret),
    decoding: {
      run: ({ memory, ...wish }, work) => turns.run({ ...wish, weight: memory > LIGHT_BYTES ? DECODERS : 1 }, work),
      get waiting() {
        return turns.waiting
      },
    },
    sweeper,
    async close() {
      turns.close()
      await sweeper.close()
      await swept.store.close()
    },
  }
}
