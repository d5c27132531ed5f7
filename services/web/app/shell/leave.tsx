import { useState } from 'react'
import { useFarmgate } from '../session/live.tsx'
import { useSession } from '../session/session.ts'
import { useTexts } from '../texts/texts.ts'
import { LeaveDialog } from './leave-dialog.tsx'

/** Ends the session; asks first what becomes of messages that have not gone out, as others may use this browser, too. */
export function Leave({ leave }: { leave: () => void }) {
  const { shell } = useTexts()
  const { outbox } = useFarmgate()
  const { user_id } = useSession().person
  const [waiting, setWaiting] = useState(0)
  const ask = async () => {
    // What cannot be counted cannot be asked about.
    const count = await outbox.count(user_id).catch(() => 0)
    if (count === 0) leave()
    else setWaiting(count)
  }
  return (
    <>
      <button type="button" className="button button-quiet" onClick={() => void ask()}>
        {shell.changePerson}
      </button>
      {waiting > 0 && (
        <LeaveDialog
          count={waiting}
          onStay={() => setWaiting(0)}
          onKeep={leave}
          onDelete={() => outbox.forget(user_id).then(leave)}
        />
      )}
    </>
  )
}
