import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'

type Props = { isOnline: boolean; lastSeen: string | undefined }

/** Whether the other party has this room open now, or since when not. Without a connection it would be a guess. */
export function Presence({ isOnline, lastSeen }: Props) {
  const { head } = useTexts().conversation
  const format = useFormat()
  if (isOnline) return <p className="presence presence-online">{head.online}</p>
  return <p className="presence">{lastSeen ? head.lastSeen(format.moment(lastSeen)) : head.away}</p>
}
