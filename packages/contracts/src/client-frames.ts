import { z } from 'zod'
import { messageId } from './ids.ts'
import { hasContent, MAX_BODY, messageContent, NO_CONTENT } from './messages.ts'
import { clientMessageId, position, text } from './text.ts'

const tokenRefresh = z.strictObject({ type: z.literal('token.refresh'), token: z.string().min(1).max(8192) })
const ping = z.strictObject({ type: z.literal('ping') })

/** What a client may say on `/ws/chat/{room_id}/`. Adding a row breaks the build of the gateway until it is handled. */
export const roomClientFrames = {
  'message.send': z
    .strictObject({ type: z.literal('message.send'), client_message_id: clientMessageId, ...messageContent })
    .refine(hasContent, NO_CONTENT),
  'message.edit': z.strictObject({ type: z.literal('message.edit'), message_id: messageId, body: text(1, MAX_BODY) }),
  'message.delete': z.strictObject({ type: z.literal('message.delete'), message_id: messageId }),
  read: z.strictObject({ type: z.literal('read'), seq: position }),
  typing: z.strictObject({ type: z.literal('typing'), is_typing: z.boolean() }),
  'token.refresh': tokenRefresh,
  ping,
} as const

/** What a client may say on `/ws/inbox/`. */
export const inboxClientFrames = { 'token.refresh': tokenRefresh, ping } as const

export type RoomClientFrames = { [Type in keyof typeof roomClientFrames]: z.infer<(typeof roomClientFrames)[Type]> }
export type InboxClientFrames = { [Type in keyof typeof inboxClientFrames]: z.infer<(typeof inboxClientFrames)[Type]> }
