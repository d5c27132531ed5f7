import { type Change, openChanges } from './changes.ts'
import { openReads, type Reads } from './reads.ts'
import { LANES, type LaneHolds, type RoomLanes } from './room-lanes.ts'
import { openSends, type Send } from './sends.ts'

/** Requests under way at most: one in each lane of sends, changes and reads. */
export const LANE_CONNECTIONS = 3 * LANES

export type Lanes = {
  sends: RoomLanes<Send>
  changes: RoomLanes<Change>
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
