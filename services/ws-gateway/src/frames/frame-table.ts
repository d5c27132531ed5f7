import { Refusal } from '@farmgate/service-kit/refusal.ts'
import type { z } from 'zod'

type Schemas = Record<string, z.ZodType>

/** A handler for each frame: one left out does not compile. Throws a Refusal to answer with an `error` frame. */
export type FrameHandlers<Frames, Session> = {
  [Type in keyof Frames]: (session: Session, frame: Frames[Type]) => void
}

/** A frame as it came: JSON, an object, of a type that clients may say. Its other fields are not checked yet. */
export type RawFrame = { type: string; client_message_id?: unknown }

export type FrameTable<Session> = {
  /** Checks the frame and has it handled. Throws Refusal('bad_frame'), or what its handler refuses with. */
  handle(session: Session, raw: RawFrame): void
}

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
    handle(session, raw) {
      const row = rows.get(raw.type)
      if (!row) throw new Refusal('bad_frame', 'there is no such type of frame')
      row(session, raw)
    },
  }
}

/** Parses a frame's text, once; undefined where it is no frame at all. */
export function parseFrame(text: string): RawFrame | undefined {
  try {
    const frame: unknown = JSON.parse(text)
    return isRawFrame(frame) ? frame : undefined
  } catch {
    return undefined
  }
}

const isRawFrame = (frame: unknown): frame is RawFrame =>
  typeof frame === 'object' && frame !== null && 'type' in frame && typeof frame.type === 'string'

function checked<Frame>(schema: z.ZodType<Frame>, raw: RawFrame): Frame {
  const { success, data, error } = schema.safeParse(raw)
  if (success) return data
  const issue = error.issues[0]
  throw new Refusal('bad_frame', `${issue?.path.join('.') || 'frame'}: ${issue?.message ?? 'does not match'}`)
}
