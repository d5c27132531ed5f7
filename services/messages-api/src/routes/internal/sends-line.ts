import {
  SENDS_LINE,
  type SendsQuestion,
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
    const { success, data, error } = sendsQuestion.safeParse(parsed(text))
    if (success) return answerQuestion(held, data)
    held.log.error({ err: error }, 'line.bad_question')
    return writeSendsProblem('invalid_body')
  }
  answerLine(app, { path: SENDS_LINE, isInternal: app.isInternal, maxBytes: BATCH_BYTES, answer })
}

async function answerQuestion(held: Held, { sends, request_id, deadline }: SendsQuestion): Promise<string> {
  // A process that was stopped finds questions that nobody waits for any more: nothing of them may be begun.
  if (Date.now() >= deadline) return writeSendsProblem('unavailable')
  try {
    return writeSendsAnswer((await append(held, sends, request_id)).map(toSendResult))
  } catch (error) {
    if (error instanceof Refusal) return writeSendsProblem(error.code)
    const isAway = isDependencyAway(error)
    held.log[isAway ? 'warn' : 'error']({ err: error, request_id }, isAway ? 'line.unavailable' : 'line.failed')
    return writeSendsProblem(isAway ? 'unavailable' : 'internal')
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    return error
  }
}
