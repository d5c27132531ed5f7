import type { ConnectionStatus } from '@farmgate/client/connection/status.ts'
import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { WaitingIcon } from './icons.tsx'
import { type Notice, noticeOf } from './notice.ts'

type Props = { connection: ConnectionStatus; waiting: number }

/** Says plainly that nothing goes out now, and how many messages wait for that to end. Silent while all is well. */
export function ConnectionNotice({ connection: { state }, waiting }: Props) {
  const texts = useTexts().conversation.connection
  const [before, setBefore] = useState<Notice>()
  const notice = noticeOf(state, before)
  if (notice !== before) setBefore(notice)
  return (
    <div role="status" className="connection-notice">
      {notice && (
        <p>
          <WaitingIcon /> {texts[notice]} {waiting > 0 && notice !== 'closed' && <strong>{texts.kept(waiting)}</strong>}
        </p>
      )}
    </div>
  )
}
