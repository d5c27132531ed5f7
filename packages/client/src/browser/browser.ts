import type { Surroundings } from '../farmgate.ts'
import { memoryOutbox } from '../outbox/memory.ts'
import { indexedDbOutbox } from './indexed-db.ts'
import { browserNetwork } from './network.ts'
import { uploadByXhr } from './upload.ts'

/**
 * What a browser has and Node has not: an outbox that survives a reload, uploads that tell their progress, news of the
 * network. Where the browser keeps nothing (some private windows), messages wait in memory.
 */
export const browser = (): Pick<Surroundings, 'outbox' | 'network' | 'upload'> => ({
  outbox: 'indexedDB' in globalThis ? indexedDbOutbox() : memoryOutbox(),
  network: browserNetwork,
  upload: uploadByXhr,
})
