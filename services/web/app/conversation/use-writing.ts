import { useState } from 'react'
import { useConversation } from './conversation-context.ts'
import { draftsOf } from './drafts.ts'
import { charactersLeft } from './message-length.ts'
import type { PhotoChoice } from './use-photo-choice.ts'

/** The message being written: its text, which outlives a reload, whether it can be sent, and how it is. */
export function useWriting({ photos, clear, restore }: PhotoChoice) {
  const { live, roomId, me } = useConversation()
  const [drafts] = useState(() => draftsOf(sessionStorage, me, roomId))
  const [text, setText] = useState(drafts.read)
  const [failed, setFailed] = useState(false)
  const left = charactersLeft(text)
  const isReady = left >= 0 && (text.trim() !== '' || photos.length > 0)

  const write = (next: string) => {
    setText(next)
    setFailed(false)
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
    } catch {
      // The outbox could not keep it, so nothing was sent: it is the writer's again.
      write(text)
      restore(photos)
      setFailed(true)
    }
  }
  return { text, write, left, isReady, failed, send, pause: () => live.typing(false) }
}
