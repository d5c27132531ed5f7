import type { Message, MessagePage } from '@farmgate/contracts/messages.ts'
import type { Farmgate } from '../farmgate.ts'
import { listMessages } from '../http/list-messages.ts'
import type { StoredEntry } from '../room-snapshot.ts'
import { Gate } from '../timeline/gate.ts'
import { Timeline } from '../timeline/timeline.ts'

const PAGE = 50
/** Who goes back goes on: an older page is larger than the first one, which has to be there soon. */
const OLDER_PAGE = 100
/** Of what is missing in a hole. */
const HOLE_PAGE = 200

type Holds = {
  farmgate: Farmgate
  room_id: string
  /** A message is in the history: for the first time, changed, or once more. */
  seen: (message: Message) => void
  changed: () => void
  /** Something is missing and cannot be read. */
  lost: () => void
}

/** The history of a room: read page by page, told by the socket, and brought together. */
export class History {
  readonly #holds: Holds
  readonly #timeline = new Timeline()
  readonly #gate = new Gate((message) => this.merge(message))
  #older: Promise<void> | undefined
  #filling: Promise<void> | undefined

  constructor(holds: Holds) {
    this.#holds = holds
  }

  get shown(): readonly StoredEntry[] {
    return this.#timeline.shown
  }

  get loaded(): boolean {
    return this.#timeline.loaded
  }

  get hasOlder(): boolean {
    return this.#timeline.floor > 1
  }

  get loadingOlder(): boolean {
    return this.#older !== undefined
  }

  /** The highest rev up to which everything is known; undefined where the history has to be loaded. */
  get position(): number | undefined {
    return this.#gate.position
  }

  /** The newest page. Throws FarmgateError. */
  async load(signal: AbortSignal): Promise<MessagePage> {
    const page = await this.#page({ limit: PAGE }, signal)
    this.#timeline.start(page.results)
    this.#gate.open(page.rev)
    this.#saw(page)
    return page
  }

  /** What is shown stays until there is something that is true. */
  forget(): void {
    this.#gate.shut()
  }

  /** The page before the oldest message; one at a time. Throws FarmgateError. */
  async loadOlder(): Promise<void> {
    if (!this.hasOlder) return
    this.#older ??= this.#readOlder().finally(() => {
      this.#older = undefined
      this.#holds.changed()
    })
    this.#holds.changed()
    await this.#older
  }

  /** A new socket begins with what was missed, and ends that by `caughtUp`. */
  catchUp(): void {
    this.#gate.catchUp()
  }

  caughtUp(rev: number): void {
    this.#gate.caughtUp(rev)
  }

  /** A change as the socket tells it. After a hole, which a gateway should not leave, it waits until that is filled. */
  tell(message: Message): void {
    this.#gate.offer(message)
    if (!this.#gate.behind) return
    this.#filling ??= this.#fill()
      .catch(() => this.#holds.lost())
      .finally(() => {
        this.#filling = undefined
      })
  }

  /** A message as an answer says it. */
  merge(message: Message): void {
    this.#timeline.apply(message)
    this.#holds.seen(message)
    this.#holds.changed()
  }

  async #readOlder() {
    const page = await this.#page({ before_seq: this.#timeline.floor, limit: OLDER_PAGE })
    this.#timeline.prepend(page.results)
    this.#saw(page)
  }

  async #fill() {
    while (this.#gate.behind && this.position !== undefined) {
      const before = this.position
      const page = await this.#page({ after_rev: before, limit: HOLE_PAGE })
      this.#gate.fill(page.results, page.has_more ? 0 : page.rev)
      if (this.position === before) throw new Error('what was told is not in the history')
    }
  }

  #page(bound: { before_seq?: number; after_rev?: number; limit: number }, signal?: AbortSignal) {
    const { farmgate, room_id } = this.#holds
    return listMessages(farmgate, { room_id, ...bound }, signal)
  }

  #saw({ results }: MessagePage) {
    for (const message of results) this.#holds.seen(message)
    this.#holds.changed()
  }
}
