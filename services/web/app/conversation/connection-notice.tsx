import type { ConnectionStatus } from '@farmgate/client/connection/status.ts'
import { useTexts } from '../texts/texts.ts'
import { WaitingIcon } from './icons.tsx'
import { useNotice } from './use-notice.ts'

type Props = { connection: ConnectionStatus; waiting: number }

/** Says plainly that nothing goes out now, and how many messages wait for that to end. Silent while all is well. */
export function ConnectionNotice({ connection, waiting }: Props) {
  const texts = useTexts().conversation.connection
  const notice = useNotice(connection)
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
