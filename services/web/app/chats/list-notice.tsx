import { WaitingIcon } from '../conversation/icons.tsx'
import { useNotice } from '../conversation/use-notice.ts'
import { useInboxSnapshot } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'

/** Says plainly that the list is not live now. Silent while all is well. */
export function ListNotice() {
  const { connection } = useTexts().chats
  const notice = useNotice(useInboxSnapshot().connection)
  return (
    <div role="status" className="connection-notice">
      {notice && (
        <p>
          <WaitingIcon /> {connection[notice]}
        </p>
      )}
    </div>
  )
}
