import { type Change, openChanges } from './changes.ts'
import { MOST_UNDER_WAY } from './lane.ts'
import { openReads, type Reads } from './reads.ts'
import type { LaneHolds, RoomLane } from './room-lane.ts'
import { openSends, type Send } from './sends.ts'

/** Requests under way at most, in the lanes of sends (where messages-api has no lines yet), changes and reads. */
export const LANE_CONNECTIONS = 3 * MOST_UNDER_WAY

export type Lanes = {
  sends: RoomLane<Send>
  changes: RoomLane<Change>
  reads: Reads
  /** Takes no more, and ends when everything taken is answered. */
  close(): Promise<void>
}

/** The ways of sockets' commands to messages-api. */
export function openLanes(holds: LaneHolds): Lanes {
  const sends = openSends(holds)
  const changes = openChanges(holds)
  const reads = openReads(holds)
  return {
    sends,
    changes,
    reads,
    close: async () => {
      await Promise.all([sends.close(), changes.close(), reads.close()])
    },
  }
}
