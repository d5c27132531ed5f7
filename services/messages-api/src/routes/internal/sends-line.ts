import {
  SENDS_LINE,
  sendsQuestion,
  writeSendsAnswer,
  writeSendsProblem,
} from '@farmgate/contracts/internal-messages.ts'
import type { App } from '@farmgate/service-kit/app.ts'
import { isDependencyAway } from '@farmgate/service-kit/dependency.ts'
import { answerLine } from '@farmgate/service-kit/line-server.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { append } from '../../append.ts'
import type { Held } from '../../held.ts'
import { toSendResult } from '../../to-result.ts'
import { BATCH_BYTES } from './send-batch.ts'

/** The line /internal/messages/sends/ — the hot path: a gateway's sends, batch after batch on one connection. */
export function sendsLine(app: App, held: Held) {
  const answer = async (text: string): Promise<string> => {
    try {
      const { sends, request_id, deadline } = sendsQuestion.parse(JSON.parse(text))
      // A process that was stopped finds questions that nobody waits for any more: nothing of them may be begun.
      if (Date.now() >= deadline) return writeSendsProblem('unavailable')
      return writeSendsAnswer((await append(held, sends, request_id)).map(toSendResult))
    } catch (error) {
      if (error instanceof Refusal) return writeSendsProblem(error.code)
      if (isDependencyAway(error)) return writeSendsProblem('unavailable')
      held.log.error({ err: error }, 'line.failed')
      return writeSendsProblem('internal')
    }
  }
  answerLine(app, { path: SENDS_LINE, isInternal: app.isInternal, maxBytes: BATCH_BYTES, answer })
}
