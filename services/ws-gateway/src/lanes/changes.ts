import { type ChangeBatch, changeBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import { byPost, type LaneHolds, openRoomLane, type Result, type RoomLane, settleChange } from './room-lane.ts'

/** They are done one after another: a batch must end within its deadline. */
const MAX_BATCH = 50

export type Change = ChangeBatch['changes'][number]

/** Edits and deletes. */
export const openChanges = (holds: LaneHolds): RoomLane<Change> =>
  openRoomLane<Change, Result>(
    {
      name: 'change',
      ask: byPost(holds, 'change', (changes) => ({ changes }), changeBatchAnswer),
      maxBatch: MAX_BATCH,
      settle: (command, result, isRetry) => settleChange(holds.hub, command, result, isRetry),
    },
    holds,
  )
