/** `visible`: somebody looks at it again, perhaps after a long sleep. */
export type NetworkEvent = 'online' | 'offline' | 'visible'

/** What the surroundings know of the network. */
export type Network = {
  online: () => boolean
  /** Tells what happens; gives its end. */
  watch: (listener: (event: NetworkEvent) => void) => () => void
}

/** Where nothing is known, as in Node: one finds out by trying. */
export const unknownNetwork: Network = {
  online: () => true,
  watch: () => () => undefined,
}
