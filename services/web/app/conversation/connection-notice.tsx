import type { ConnectionStatus } from '@farmgate/client/connection/status.ts'
import { useTexts } from '../texts/texts.ts'
import { WaitingIcon } from './icons.tsx'

type Props = { connection: ConnectionStatus; waiting: number }

/** Says plainly that nothing goes out now, and how many messages wait for that to end. Silent while all is well. */
export function ConnectionNotice({ connection: { state }, waiting }: Props) {
  const texts = useTexts().conversation.connection
  const said = state === 'offline' || state === 'waiting' || state === 'closed' ? texts[state] : undefined
  return (
    <div role="status" className="connection-notice">
      {said && (
        <p>
          <WaitingIcon /> {said} {waiting > 0 && state !== 'closed' && <strong>{texts.kept(waiting)}</strong>}
        </p>
      )}
    </div>
  )
}
