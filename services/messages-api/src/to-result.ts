import type { CommandResult, Refused } from '@farmgate/contracts/internal-messages.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { Appended } from './append-batch.ts'

/** A refusal of one command of a batch, for the gateway to pass on. Anything else is a bug, and thrown on. */
export function toRefused(reason: unknown): Refused {
  if (reason instanceof Refusal) {
    return { outcome: 'refused', code: reason.code, ...(reason.detail === undefined ? {} : { detail: reason.detail }) }
  }
  if (isDependencyAway(reason)) return { outcome: 'refused', code: 'unavailable' }
  throw reason
}

export const toSendResult = (appended: Appended): CommandResult =>
  appended.outcome === 'refused'
    ? toRefused(appended.refusal)
    : {
        outcome: appended.outcome === 'stored' ? 'changed' : 'unchanged',
        rev: appended.row.rev,
        frame: appended.frame,
      }
