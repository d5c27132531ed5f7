import { type SendBatch, sendBatchAnswer } from '@farmgate/contracts/internal-messages.ts'
import { type LaneHolds, openRoomLanes, type RoomLanes, settleChange } from './room-lanes.ts'

const MAX_BATCH = 500

export type Send = SendBatch['sends'][number]

export const openSends = (holds: LaneHolds): RoomLanes<Send> =>
  openRoomLanes(
    {
      name: 'send',
      bodyOf: (sends) => ({ sends }),
      answer: sendBatchAnswer,
      maxBatch: MAX_BATCH,
      settle: (command, result, isRetry) =>
        settleChange(holds.hub, command, result, isRetry, command.item.client_message_id),
    },
    holds,
  )
