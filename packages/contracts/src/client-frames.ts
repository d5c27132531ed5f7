import { z } from 'zod'
import { messageId } from './ids.ts'
import { hasContent, MAX_BODY, messageContent, NO_CONTENT } from './messages.ts'
import { clientMessageId, position, text } from './text.ts'

const tokenRefresh = z
  .strictObject({ type: z.literal('token.refresh'), token: z.string().min(1).max(8192) })
  .meta({ description: 'A new token before the old one expires: the same `sub`, a later `exp`.' })
const ping = z.strictObject({ type: z.literal('ping') }).meta({ description: 'Answered by `pong`.' })

/** What a client may say on `/ws/chat/{room_id}/`. Adding a row breaks the build of the gateway until it is handled. */
export const roomClientFrames = {
  'message.send': z
    .strictObject({ type: z.literal('message.send'), client_message_id: clientMessageId, ...messageContent })
    .refine(hasContent, NO_CONTENT)
    .meta({
      description:
        'A new message. It is acknowledged by the `message.created` that carries its `client_message_id`: then Postgres has ' +
        'committed it. No acknowledgement means unknown, not failed; repeating it is always safe.',
    }),
  'message.edit': z
    .strictObject({ type: z.literal('message.edit'), message_id: messageId, body: text(1, MAX_BODY) })
    .meta({ description: "Another body for one's own text, within 15 minutes. Answered by `message.updated`." }),
  'message.delete': z
    .strictObject({ type: z.literal('message.delete'), message_id: messageId })
    .meta({ description: "Empties one's own message; its `seq` stays. Answered by `message.deleted`." }),
  read: z
    .strictObject({ type: z.literal('read'), seq: position })
    .meta({ description: "Moves one's own read marker forward to this message; never back." }),
  typing: z
    .strictObject({ type: z.literal('typing'), is_typing: z.boolean() })
    .meta({ description: 'Never stored; expires by itself after 6 s.' }),
  'token.refresh': tokenRefresh,
  ping,
} as const

/** What a client may say on `/ws/inbox/`. */
export const inboxClientFrames = { 'token.refresh': tokenRefresh, ping } as const

export type RoomClientFrames = { [Type in keyof typeof roomClientFrames]: z.infer<(typeof roomClientFrames)[Type]> }
export type InboxClientFrames = { [Type in keyof typeof inboxClientFrames]: z.infer<(typeof inboxClientFrames)[Type]> }
