import { errorCodes } from '@farmgate/contracts/errors.ts'
import { type SendsQuestion, sendsHead } from '@farmgate/contracts/internal-messages.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { type Lines, NoLine } from '@farmgate/service-kit/line-client.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { textFrame } from '../text-frame.ts'
import type { AskBatch, Result } from './room-lane.ts'
import type { Send } from './sends.ts'

const LINE_FEED = 10
/** During a roll: how soon a messages-api that knew no line is asked for one again. */
const NO_LINE_MS = 5_000

/** Asks a batch of sends over a kept line; `byPost` where messages-api is of the version before there were lines. */
export function askSends(lines: Lines, byPost: AskBatch<Send, Result>): AskBatch<Send, Result> {
  let postUntil = 0
  return async (sends, call) => {
    if (Date.now() < postUntil) return byPost(sends, call)
    const { deadlineMs, requestId } = call
    const question: SendsQuestion = { request_id: requestId, deadline: Date.now() + deadlineMs, sends }
    try {
      return readSendsAnswer(await lines.ask(JSON.stringify(question), deadlineMs))
    } catch (error) {
      if (!(error instanceof NoLine)) throw error
      postUntil = Date.now() + NO_LINE_MS
      return byPost(sends, call)
    }
  }
}

/**
 * The answer of the line: a head, and a line for each frame. The frames stay bytes, from the line to the sockets: they are
 * neither parsed nor decoded here.
 */
export function readSendsAnswer(answer: Buffer): Result[] {
  const headEnd = endOfLine(answer, 0)
  const { revs, unchanged, refused, problem } = sendsHead.parse(JSON.parse(answer.toString('utf8', 0, headEnd)))
  if (problem !== undefined) throw asError(problem)
  const refusals = new Map(refused.map(({ at, ...refusal }) => [at, refusal]))
  const old = new Set(unchanged)
  let start = headEnd + 1
  return revs.map((rev, at) => {
    const refusal = refusals.get(at)
    if (refusal) return refusal
    const end = endOfLine(answer, start)
    const frame = textFrame(answer.subarray(start, end))
    start = end + 1
    return { outcome: old.has(at) ? 'unchanged' : 'changed', rev, frame }
  })
}

function endOfLine(bytes: Buffer, from: number): number {
  const at = bytes.indexOf(LINE_FEED, from)
  return at < 0 ? bytes.length : at
}

/** What is away or overloaded may be asked again; anything else is a refusal for good. */
function asError(code: keyof typeof errorCodes): Error {
  const { status } = errorCodes[code]
  return status >= 500 || status === 429 ? new DependencyAway('messages-api', new Error(code)) : new Refusal(code)
}
