import { useEffect } from 'react'
import { useTotalUnread } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'

/** (3) Chats · Farmgate. Where there is no title here, somebody else says it. */
export function useTitle(title: string | undefined) {
  const unread = useTotalUnread()
  const { shell } = useTexts()
  useEffect(() => {
    if (title === undefined) return
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · ${shell.name}`
  }, [title, unread, shell])
}
