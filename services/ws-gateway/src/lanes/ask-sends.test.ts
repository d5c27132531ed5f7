import { type CommandResult, writeSendsAnswer, writeSendsProblem } from '@farmgate/contracts/internal-messages.ts'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { NoLine } from '@farmgate/service-kit/line-client.ts'
import { Refusal } from '@farmgate/service-kit/refusal.ts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { textFrame } from '../text-frame.ts'
import { askSends, readSendsAnswer } from './ask-sends.ts'

const result: fc.Arbitrary<CommandResult> = fc.oneof(
  fc.record({
    outcome: fc.constantFrom('changed' as const, 'unchanged' as const),
    rev: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    frame: fc.string({ unit: 'grapheme' }).map((body) => JSON.stringify({ body })),
  }),
  fc.record({ outcome: fc.constant('refused' as const), code: fc.constantFrom('unknown_room', 'unavailable') }),
)

describe('the answer of a line', () => {
  it('is read as it was written: each result in its place, each frame as its bytes', () => {
    fc.assert(
      fc.property(fc.array(result, { maxLength: 20 }), (results) => {
        const read = readSendsAnswer(Buffer.from(writeSendsAnswer(results)))
        expect(read).toEqual(
          results.map((one) => (one.outcome === 'refused' ? one : { ...one, frame: textFrame(one.frame) })),
        )
      }),
    )
  })

  it('that refuses all of it is away where that passes by, and a refusal where it does not', () => {
    const refusing = (code: Parameters<typeof writeSendsProblem>[0]) => () =>
      readSendsAnswer(Buffer.from(writeSendsProblem(code)))
    for (const code of ['unavailable', 'internal', 'overloaded'] as const)
      expect(refusing(code)).toThrow(DependencyAway)
    expect(refusing('bad_request')).toThrow(Refusal)
  })
})

describe('a batch of sends', () => {
  it('is asked by POST of a messages-api that knows no line', async () => {
    const lines = { ask: () => Promise.reject(new NoLine()), close: async () => undefined }
    const byPost = async (sends: readonly unknown[]) =>
      sends.map(() => ({ outcome: 'changed' as const, rev: 1, frame: '{}' }))
    const send = { room_id: 'r', sender_id: 'ada', client_message_id: '1', body: 'Friday?', image_ids: [] }
    const answers = await askSends(lines, byPost)([send, send], { deadlineMs: 1_000, requestId: 'request-1' })
    expect(answers).toEqual(Array(2).fill({ outcome: 'changed', rev: 1, frame: '{}' }))
  })
})
