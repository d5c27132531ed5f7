import { createGate, type Gate } from '@farmgate/postgres/gate.ts'
import { limitDecoders } from './photo.ts'
import { createUrlSigner, type UrlSigner } from './signed-urls.ts'
import type { ImageStore } from './store.ts'
import { type ImageSweeper, type Swept, startImageSweeper } from './sweep.ts'

/** So many pictures are decoded at once in a process, and so many wait; who comes then gets 503 and may come back. */
const DECODERS = 2
const MAX_WAITING = 20
/** Who has waited as long gets 503 too. */
const DECODE_DEADLINE_MS = 9_000

/** All that images need. */
export type Images = {
  store: ImageStore
  urls: UrlSigner
  decoding: Gate
  sweeper: ImageSweeper
  close(): Promise<void>
}

type Options = Swept & { urlSecret: string; sweepEveryMs?: number }

export function openImages({ urlSecret, sweepEveryMs, ...swept }: Options): Images {
  limitDecoders()
  const decoding = createGate({
    what: 'decoders',
    slots: DECODERS,
    deadlineMs: DECODE_DEADLINE_MS,
    maxWaiting: MAX_WAITING,
  })
  const sweeper = startImageSweeper(swept, sweepEveryMs)
  return {
    store: swept.store,
    urls: createUrlSigner(urlSecret),
    decoding,
    sweeper,
    async close() {
      decoding.close()
      await sweeper.close()
      await swept.store.close()
    },
  }
}
