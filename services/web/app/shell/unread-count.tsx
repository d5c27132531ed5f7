import { useTotalUnread } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'

const MOST = 99

/** Over all rooms; nothing where nothing is unread. */
export function UnreadCount() {
  const unread = useTotalUnread()
  const { shell } = useTexts()
  if (unread === 0) return null
  return (
    <span className="unread-count">
      <span aria-hidden="true">{unread > MOST ? `${MOST}+` : unread}</span>
      <span className="visually-hidden">{shell.unread(unread)}</span>
    </span>
  )
}
