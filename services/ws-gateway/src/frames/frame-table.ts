import { Refusal } from '@farmgate/service-kit/refusal.ts'
import { z } from 'zod'

type Schemas = Record<string, z.ZodType>

/** A handler for each frame: one left out does not compile. Throws a Refusal to answer with an `error` frame. */
export type FrameHandlers<Frames, Session> = {
  [Type in keyof Frames]: (session: Session, frame: Frames[Type]) => void
}

/** A frame as it came: JSON, an object, of a type that clients may say. Its other fields are not checked yet. */
export type RawFrame = { type: string; client_message_id?: unknown }

export type FrameTable<Session> = {
  /** Parses a frame's text, once. Throws Refusal('bad_frame'). */
  parse(text: string): RawFrame
  /** Checks the frame and has it handled. Throws Refusal('bad_frame'), or what its handler refuses with. */
  handle(session: Session, raw: RawFrame): void
}

const envelope = z.looseObject({ type: z.string(), client_message_id: z.unknown().optional() })

/** What clients may say on one kind of socket, and what happens then. */
export function frameTable<Frames, Session>(
  schemas: { [Type in keyof Frames]: z.ZodType<Frames[Type]> } & Schemas,
  handlers: FrameHandlers<Frames, Session>,
): FrameTable<Session> {
  const rows = new Map<string, (session: Session, raw: RawFrame) => void>()
  for (const type of Object.keys(schemas) as (keyof Frames & string)[]) {
    rows.set(type, (session, raw) => handlers[type](session, checked(schemas[type], raw)))
  }
  return {
    parse(text) {
      const raw = parseJson(text)
      const { success, data } = envelope.safeParse(raw)
      if (!success) throw new Refusal('bad_frame', 'a frame is a JSON object with a type')
      return data
    },
    handle(session, raw) {
      const row = rows.get(raw.type)
      if (!row) throw new Refusal('bad_frame', 'there is no such type of frame')
      row(session, raw)
    },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal('bad_frame', 'a frame is JSON')
  }
}

function checked<Frame>(schema: z.ZodType<Frame>, raw: RawFrame): Frame {
  const { success, data, error } = schema.safeParse(raw)
  if (success) return data
  const issue = error.issues[0]
  throw new Refusal('bad_frame', `${issue?.path.join('.') || 'frame'}: ${issue?.message ?? 'does not match'}`)
}
