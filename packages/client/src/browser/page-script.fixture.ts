import { createFarmgate } from '../farmgate.ts'
import { uploadImage } from '../http/upload-image.ts'
import type { WrittenMessage } from '../outbox/store.ts'
import { browser } from './browser.ts'
import { indexedDbOutbox } from './indexed-db.ts'

const farmgate = createFarmgate({ origin: location.origin, token: async () => 'token', ...browser() })
const place = { user_id: 'c-1', room_id: 'r-1' }

/** What the test asks a page for. Each store is one tab's. */
const page = {
  one: indexedDbOutbox(),
  other: indexedDbOutbox(),
  place,
  network: farmgate.network,
  upload: (bytes: number, more: { onProgress?: (share: number) => void; signal?: AbortSignal } = {}) =>
    uploadImage(farmgate, { room_id: 'r-1', file: new Blob([new Uint8Array(bytes)]), ...more }),
  messageOf: (body: string, files: Blob[] = []): WrittenMessage => ({
    ...place,
    client_message_id: body,
    body,
    images: files.map((file, at) => ({ local_id: `${body} ${at}`, file })),
    created_at: '2026-11-23T12:00:00.000Z',
  }),
}

export type PageScript = typeof page
Object.assign(globalThis, { farmgate: page })
