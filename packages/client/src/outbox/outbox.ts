import type { UnsentEntry } from '../room-snapshot.ts'
import type { Content } from './content.ts'
import type { OutboxStore, Place, WrittenMessage } from './store.ts'

/** What has been written to a room and is not in its history yet, as it is shown and as it is kept. Sends nothing itself. */
export class Outbox {
  readonly #store: OutboxStore
  readonly #place: Place
  readonly #changed: () => void
  readonly #unwatch: () => void
  /** As the store lists them. A message that has not changed stays the same object. */
  #kept: readonly WrittenMessage[] = []
  /** Written, but not known to be kept yet. */
  readonly #adding = new Map<string, WrittenMessage>()
  /** One's own that are in the history, discarded, or both: whatever the store says, they do not wait. */
  readonly #done = new Set<string>()
  readonly #progress = new Map<string, number>()
  readonly #shown = new WeakMap<WrittenMessage, UnsentEntry>()
  #sending: string | undefined
  #looks = 0
  #looking: Promise<void> | undefined

  constructor(store: OutboxStore, place: Place, changed: () => void) {
    this.#store = store
    this.#place = place
    this.#changed = changed
    this.#unwatch = store.watch(place, () => this.#lookAgain())
    this.#lookAgain()
  }

  /** In the order of writing. */
  get entries(): readonly UnsentEntry[] {
    return this.#waiting().map((message) => this.#entryOf(message))
  }

  /** The next one to be sent. */
  get next(): WrittenMessage | undefined {
    return this.#kept.find((message) => !message.error && !this.#done.has(message.client_message_id))
  }

  get(clientMessageId: string): WrittenMessage | undefined {
    return this.#waiting().find((message) => message.client_message_id === clientMessageId)
  }

  /** Shown at once; kept when it resolves. */
  async write({ body, images }: Required<Content>): Promise<string> {
    const message: WrittenMessage = {
      ...this.#place,
      client_message_id: newId(),
      body,
      images: images.map((file) => ({ local_id: newId(), file })),
      created_at: new Date().toISOString(),
    }
    this.#adding.set(message.client_message_id, message)
    this.#changed()
    try {
      await this.#store.add(message)
      // Kept is kept, also where the store cannot be read now: who is told otherwise writes it again.
      await this.look().catch(() => undefined)
    } finally {
      this.#adding.delete(message.client_message_id)
      this.#changed()
    }
    return message.client_message_id
  }

  /** Something else is true of a message that waits. */
  async update(message: WrittenMessage): Promise<void> {
    await this.#store.update(message)
    await this.look()
  }

  /** It is in the history, or shall never be. */
  async done(clientMessageId: string): Promise<void> {
    const waits = this.get(clientMessageId)
    this.#done.add(clientMessageId)
    if (!waits) return
    this.#changed()
    await this.#store.remove(clientMessageId)
  }

  /** Which one is on its way. */
  sending(clientMessageId: string | undefined): void {
    this.#sending = clientMessageId
    this.#changed()
  }

  progress(localId: string, share: number): void {
    this.#progress.set(localId, share)
    this.#changed()
  }

  close(): void {
    this.#unwatch()
  }

  /** Looks what the store has: another tab may have written or sent. One that is overtaken by a later look ends with it. */
  look(): Promise<void> {
    this.#looking = this.#look(++this.#looks)
    return this.#looking
  }

  async #look(look: number): Promise<void> {
    const listed = await this.#store.list(this.#place)
    if (look !== this.#looks) return this.#looking
    const known = new Map(this.#kept.map((message) => [message.client_message_id, message]))
    this.#kept = listed.map((message) => sameOr(message, known.get(message.client_message_id)))
    this.#changed()
    // Stored before a reload that came before it could be removed.
    const done = listed.filter((message) => this.#done.has(message.client_message_id))
    await Promise.all(done.map((message) => this.#store.remove(message.client_message_id)))
  }

  /** What cannot be read now is looked for with the next change, and before anything is sent. */
  #lookAgain() {
    this.look().catch(() => undefined)
  }

  #waiting(): WrittenMessage[] {
    const kept = new Set(this.#kept.map((message) => message.client_message_id))
    const adding = [...this.#adding.values()].filter((message) => !kept.has(message.client_message_id))
    return [...this.#kept, ...adding].filter((message) => !this.#done.has(message.client_message_id))
  }

  /** The same object for as long as it would say the same. */
  #entryOf(message: WrittenMessage): UnsentEntry {
    const { client_message_id, body, created_at, error } = message
    const state = error ? 'failed' : client_message_id === this.#sending ? 'sending' : 'waiting'
    const images = message.images.map(({ local_id, file, image_id }) => ({
      local_id,
      file,
      progress: image_id ? 1 : (this.#progress.get(local_id) ?? 0),
    }))
    const shown = this.#shown.get(message)
    if (shown?.state === state && shown.images.every(({ progress }, at) => progress === images[at]?.progress))
      return shown
    const entry = { state, client_message_id, body, images, created_at, ...(error && { error }) } as const
    this.#shown.set(message, entry)
    return entry
  }
}

/** Not `randomUUID`, which browsers have on https and localhost only. */
const newId = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')

/** The known object where it says the same: its photos are the same objects then, which are on the screen. */
function sameOr(message: WrittenMessage, known: WrittenMessage | undefined): WrittenMessage {
  if (!known) return message
  if (known.error?.code === message.error?.code && idsOf(known) === idsOf(message)) return known
  const fileOf = (at: number) => known.images[at]?.file
  return { ...message, images: message.images.map((image, at) => ({ ...image, file: fileOf(at) ?? image.file })) }
}

const idsOf = (message: WrittenMessage) => message.images.map(({ image_id = '' }) => image_id).join()
