import '../conversation/confirm-dialog.css'
import { useState } from 'react'
import { useModal } from '../conversation/use-modal.ts'
import { useTexts } from '../texts/texts.ts'

type Props = { count: number; onStay: () => void; onKeep: () => void; onDelete: () => Promise<void> }

/** What becomes of messages that wait when their writer leaves. Escape stays. */
export function LeaveDialog({ count, onStay, onKeep, onDelete }: Props) {
  const { leaving } = useTexts().shell
  const [failed, setFailed] = useState(false)
  return (
    <dialog
      ref={useModal()}
      className="confirm"
      aria-labelledby="leave-title"
      aria-describedby="leave-text"
      onCancel={onStay}
    >
      <h2 id="leave-title">{leaving.title(count)}</h2>
      <p id="leave-text">{leaving.text}</p>
      {failed && <p role="alert">{leaving.failed}</p>}
      <div className="confirm-answers">
        <button type="button" className="button button-quiet" onClick={onStay}>
          {leaving.stay}
        </button>
        <button type="button" className="button button-quiet" onClick={onKeep}>
          {leaving.keep}
        </button>
        <button
          type="button"
          className="button button-danger"
          onClick={() => void onDelete().catch(() => setFailed(true))}
        >
          {leaving.delete}
        </button>
      </div>
    </dialog>
  )
}
