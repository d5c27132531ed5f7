import { chats } from './en/chats.ts'
import { conversation } from './en/conversation.ts'
import { market } from './en/market.ts'
import { shell } from './en/shell.ts'
import { welcome } from './en/welcome.ts'

/** Every word of ours in English. Its shape is what each further language must fill. */
export const en = { shell, welcome, market, chats, conversation }
