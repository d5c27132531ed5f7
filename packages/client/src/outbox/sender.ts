import type { RoomClientFrames } from '@farmgate/contracts/client-frames.ts'
import { FarmgateError } from '../errors.ts'
import type { SendFault } from '../room-snapshot.ts'
import type { Outbox } from './outbox.ts'
import type { OutboxStore, Place, WrittenImage, WrittenMessage } from './store.ts'

/** Longer than a refusal takes. No answer by then is none: the same again is safe. */
const ACK_MS = 12_000

/** How messages leave. */
export type Courier = {
  /** Gives its `image_id`. Throws FarmgateError. */
  upload: (image: WrittenImage, signal: AbortSignal, onProgress: (share: number) => void) => Promise<string>
  /** False where there is no connection to say it on. */
  say: (frame: RoomClientFrames['message.send']) => boolean
}

type Holds = {
  outbox: Outbox
  store: OutboxStore
  place: Place
  courier: Courier
  backoff: { base: number; cap: number }
}

/** One message at a time, so that they are stored in the order of writing whatever happens to one of them. */
export class Sender {
  readonly #holds: Holds
  #line: AbortController | undefined
  #draining: Promise<void> | undefined
  /** The message on its way, and who waits for its answer. */
  #current: { id: string; parcel: AbortController; answer?: PromiseWithResolvers<void> } | undefined
  #failures = 0
  /** The `image_id` of each photo that went up, also where the store could not keep it: by local id. */
  readonly #uploaded = new Map<string, string>()

  constructor(holds: Holds) {
    this.#holds = holds
  }

  /** The connection has become live: what waits goes out. */
  start(): void {
    this.#line ??= new AbortController()
    this.#failures = 0
    this.look()
  }

  /** It is gone: what was on its way waits again. */
  stop(): void {
    this.#line?.abort()
    this.#line = undefined
  }

  /** There may be something to send. */
  look(): void {
    const { outbox, store, place } = this.#holds
    const line = this.#line?.signal
    if (!line || this.#draining || !outbox.next) return
    // Only one tab at a time. What another has sent meanwhile is not there any more when it is our turn.
    this.#draining = store
      .alone(place, line, () => this.#drain(line))
      .catch(() => this.#pause(line))
      .then(() => {
        this.#draining = undefined
        this.look()
      })
  }

  /** Its message.created has come, from wherever: Postgres has it. */
  acknowledged(clientMessageId: string): void {
    this.#awaited(clientMessageId)?.resolve()
  }

  refused(clientMessageId: string | undefined, fault: SendFault): void {
    this.#awaited(clientMessageId)?.reject(new FarmgateError({ status: 0, ...fault }))
  }

  /** Its writer does not want it any more. */
  discarded(clientMessageId: string): void {
    if (this.#current?.id === clientMessageId) this.#current.parcel.abort()
  }

  async close(): Promise<void> {
    this.stop()
    await this.#draining
  }

  async #drain(line: AbortSignal) {
    const { outbox } = this.#holds
    await outbox.look()
    for (let next = outbox.next; next && !line.aborted; next = outbox.next) await this.#deliver(next, line)
  }

  async #deliver(message: WrittenMessage, line: AbortSignal) {
    const { outbox } = this.#holds
    const { client_message_id, body } = message
    const parcel = new AbortController()
    const signal = AbortSignal.any([line, parcel.signal])
    this.#current = { id: client_message_id, parcel }
    outbox.sending(client_message_id)
    try {
      const image_ids = await this.#upload(message, signal)
      await this.#post({ type: 'message.send', client_message_id, body, image_ids }, signal)
      this.#failures = 0
      await outbox.done(client_message_id)
    } catch (error) {
      if (!signal.aborted) await this.#failed(message, error, signal)
    } finally {
      this.#current = undefined
      outbox.sending(undefined)
    }
  }

  /** Each photo once: its `image_id` is kept before the next step, and not asked for again after a reload. */
  async #upload(message: WrittenMessage, signal: AbortSignal): Promise<string[]> {
    const { outbox } = this.#holds
    const images = [...message.images]
    for (const [at, image] of images.entries()) {
      if (image.image_id) continue
      images[at] = { ...image, image_id: await this.#uploadOnce(image, signal) }
      await outbox.update({ ...message, images })
      signal.throwIfAborted()
    }
    return images.flatMap(({ image_id = [] }) => image_id)
  }

  async #uploadOnce(image: WrittenImage, signal: AbortSignal): Promise<string> {
    const { outbox, courier } = this.#holds
    const known = this.#uploaded.get(image.local_id)
    if (known) return known
    const imageId = await courier.upload(image, signal, (share) => outbox.progress(image.local_id, share))
    this.#uploaded.set(image.local_id, imageId)
    return imageId
  }

  /** Resolves when it is acknowledged. */
  async #post(frame: RoomClientFrames['message.send'], signal: AbortSignal) {
    const answer = Promise.withResolvers<void>()
    if (this.#current) this.#current.answer = answer
    const over = AbortSignal.any([signal, AbortSignal.timeout(ACK_MS)])
    over.addEventListener('abort', () => answer.reject(unanswered()), { once: true })
    if (over.aborted || !this.#holds.courier.say(frame)) answer.reject(unanswered())
    await answer.promise
  }

  /** A temporary failure is tried again, later; a final one is shown, and lets the next message go. */
  async #failed(message: WrittenMessage, error: unknown, signal: AbortSignal) {
    if (!(error instanceof FarmgateError) || error.temporary) return this.#pause(signal, error)
    const { outbox } = this.#holds
    const forgotten = error.code === 'unknown_image' && message.images.some(({ image_id }) => image_id)
    // Photos that nobody names are removed after a day. They are still here, and go up again.
    if (forgotten) {
      for (const { local_id } of message.images) this.#uploaded.delete(local_id)
      return outbox.update({ ...message, images: message.images.map(({ image_id, ...image }) => image) })
    }
    // With what has been uploaded since: it is not uploaded again where its writer retries.
    const { code, message: detail } = error
    await outbox.update({ ...(outbox.get(message.client_message_id) ?? message), error: { code, detail } })
  }

  /** Full jitter, and never sooner than the server asks for. */
  async #pause(signal: AbortSignal, error?: unknown) {
    const { base, cap } = this.#holds.backoff
    const window = Math.min(cap, base * 2 ** this.#failures++)
    const atLeast = error instanceof FarmgateError ? (error.retry_after ?? 0) * 1_000 : 0
    const in_ms = Math.max(atLeast, Math.random() * window)
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, in_ms)
      const wake = () => {
        clearTimeout(timer)
        resolve()
      }
      if (signal.aborted) wake()
      else signal.addEventListener('abort', wake, { once: true })
    })
  }

  #awaited(clientMessageId: string | undefined) {
    return this.#current?.id === clientMessageId ? this.#current?.answer : undefined
  }
}

const unanswered = () => new FarmgateError({ status: 0, code: 'unreachable', detail: 'No acknowledgement came' })
