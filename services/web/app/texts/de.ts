import { chats } from './de/chats.ts'
import { conversation } from './de/conversation.ts'
import { market } from './de/market.ts'
import { shell } from './de/shell.ts'
import { welcome } from './de/welcome.ts'
import type { Texts } from './texts.ts'

/** Every word of ours in German. */
export const de: Texts = { shell, welcome, market, chats, conversation }
