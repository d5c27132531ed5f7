import { useEffect } from 'react'
import { useTotalUnread } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'

/** (3) Chats · Farmgate */
export function useTitle(title: string) {
  const unread = useTotalUnread()
  const { shell } = useTexts()
  useEffect(() => {
    document.title = `${unread > 0 ? `(${unread}) ` : ''}${title} · ${shell.name}`
  }, [title, unread, shell])
}
