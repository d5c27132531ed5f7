/** What became of the messages that one member sent to another, or to itself: its own acknowledgements. */
type Line = { last: number; holes: Set<number>; doubled: number; reordered: number }

/** `acked` by the sender's own socket, `delivered` on the other one. */
export type Tally = {
  sent: number
  acked: number
  delivered: number
  /** Acknowledged, and never seen by the other member. */
  lost: number
  /** Sent, and neither acknowledged nor refused. */
  unacked: number
  refused: number
  doubled: number
  reordered: number
}

export type Seen = 'acked' | 'delivered' | 'again'
export type Ledger = ReturnType<typeof createLedger>

/**
 * The oracle: each member numbers its messages 1, 2, 3 …, and both members of its room are to see each of them once and in
 * that order. A message that was refused may be there or not; whatever becomes of it is right.
 */
export function createLedger() {
  const senders: { sent: number; refused: Set<number>; own: Line; others: Line }[] = []
  const counts = { sent: 0, acked: 0, delivered: 0, refused: 0 }
  const at = (sender: number) =>
    (senders[sender] ??= { sent: 0, refused: new Set(), own: newLine(), others: newLine() })

  return {
    /** The number of the next message of this sender. */
    send(sender: number): number {
      counts.sent++
      return ++at(sender).sent
    },

    refuse(sender: number, number: number): void {
      counts.refused++
      at(sender).refused.add(number)
    },

    see(sender: number, number: number, byItself: boolean): Seen {
      const { own, others, refused } = at(sender)
      const isNew = note(byItself ? own : others, number, refused)
      if (!isNew) return 'again'
      const seen = byItself ? 'acked' : 'delivered'
      counts[seen]++
      return seen
    },

    /** Nothing is on its way any more, as far as counts can tell: `tally` goes through every message. */
    isSettled: (): boolean =>
      counts.acked + counts.refused >= counts.sent && counts.delivered + counts.refused >= counts.sent,

    tally(): Tally {
      const sum = { sent: 0, acked: 0, delivered: 0, lost: 0, unacked: 0, refused: 0, doubled: 0, reordered: 0 }
      for (const { sent, refused, own, others } of senders.filter(Boolean)) {
        sum.sent += sent
        for (let number = 1; number <= sent; number++) {
          const [isAcked, isThere] = [has(own, number), has(others, number)]
          if (isAcked) sum.acked++
          else if (refused.has(number)) sum.refused++
          else sum.unacked++
          if (isThere) sum.delivered++
          else if (isAcked) sum.lost++
        }
        sum.doubled += own.doubled + others.doubled
        sum.reordered += own.reordered + others.reordered
      }
      return sum
    },
  }
}

const newLine = (): Line => ({ last: 0, holes: new Set(), doubled: 0, reordered: 0 })
const has = ({ last, holes }: Line, number: number) => number <= last && !holes.has(number)

/** Whether the message was not there before. */
function note(line: Line, number: number, refused: ReadonlySet<number>): boolean {
  if (number > line.last) {
    for (let hole = line.last + 1; hole < number; hole++) line.holes.add(hole)
    line.last = number
    return true
  }
  if (!line.holes.delete(number)) {
    line.doubled++
    return false
  }
  if (!refused.has(number)) line.reordered++
  return true
}
