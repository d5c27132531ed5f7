import type { RoomSnapshot } from '@farmgate/client/room-snapshot.ts'
import { useEffect, useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { useConversation } from './conversation-context.ts'

type Props = { snapshot: RoomSnapshot; isNearTop: boolean }

/**
 * The upper end of the history: asks for the older page before one arrives there. Of one height whatever it says, so that
 * nothing moves. After a failure it waits for its button.
 */
export function OlderMessages({ snapshot: { has_older, loading_older }, isNearTop }: Props) {
  const { conversation } = useTexts()
  const { live } = useConversation()
  const [failed, setFailed] = useState(false)
  const isWanted = isNearTop && has_older && !loading_older && !failed
  useEffect(() => {
    if (isWanted) live.loadOlder().catch(() => setFailed(true))
  }, [isWanted, live])
  if (failed) {
    return (
      <p className="history-top">
        {conversation.olderFailed}{' '}
        <button type="button" className="link-button" onClick={() => setFailed(false)}>
          {conversation.again}
        </button>
      </p>
    )
  }
  return <p className="history-top">{has_older ? conversation.loadingOlder : conversation.oldest}</p>
}
