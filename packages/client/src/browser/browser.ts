import type { Surroundings } from '../farmgate.ts'
import { indexedDbOutbox } from './indexed-db.ts'
import { browserNetwork } from './network.ts'
import { uploadByXhr } from './upload.ts'

/**
 * What a browser has and Node has not: an outbox that survives a reload, uploads that tell their progress, news of the
 * network. Whoever is done with it closes the outbox.
 */
export const browser = (): Pick<Surroundings, 'outbox' | 'network' | 'upload'> => ({
  outbox: indexedDbOutbox(),
  network: browserNetwork,
  upload: uploadByXhr,
})
