import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'
import { draftsOf } from './drafts.ts'
import { codeOf, faultText } from './fault-text.ts'
import { charactersLeft } from './message-length.ts'
import type { PhotoChoice } from './use-photo-choice.ts'

/** The message being written: its text, which outlives a reload, whether it can be sent, and how it is. */
export function useWriting({ photos, clear, restore }: PhotoChoice) {
  const { composer, unsent } = useTexts().conversation
  const { live, roomId, me } = useConversation()
  const [drafts] = useState(() => draftsOf(sessionStorage, me, roomId))
  const [text, setText] = useState(drafts.read)
  const [fault, setFault] = useState<string>()
  const left = charactersLeft(text)
  const isReady = left >= 0 && (text.trim() !== '' || photos.length > 0)

  const write = (next: string) => {
    setText(next)
    setFault(undefined)
    drafts.write(next)
    live.typing(next.trim() !== '')
  }
  /** Without a network, too: the client keeps it and sends it later. */
  const send = async () => {
    if (!isReady) return
    write('')
    clear()
    try {
      await live.send({ body: text.trim(), images: photos })
    } catch (error) {
      // Nothing was sent: it is the writer's again, before what was written meanwhile.
      write([text, drafts.read()].filter(Boolean).join('\n'))
      restore((since) => [...photos, ...since])
      const code = codeOf(error)
      // Refused before it was kept, or by a browser that keeps nothing.
      setFault(code ? faultText(code, unsent) : composer.failed)
    }
  }
  return { text, write, left, isReady, fault, send, pause: () => live.typing(false) }
}
