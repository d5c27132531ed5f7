import './confirm-dialog.css'
import { useModal } from './use-modal.ts'

type Props = {
  texts: { title: string; text: string; yes: string; no: string }
  isDangerous?: boolean
  onYes: () => void
  /** Also for Escape. */
  onNo: () => void
}

/** Asks before something that cannot be undone. Escape is no. */
export function ConfirmDialog({ texts, isDangerous = false, onYes, onNo }: Props) {
  return (
    <dialog
      ref={useModal()}
      className="confirm"
      aria-labelledby="confirm-title"
      aria-describedby="confirm-text"
      onCancel={onNo}
    >
      <h2 id="confirm-title">{texts.title}</h2>
      <p id="confirm-text">{texts.text}</p>
      <div className="confirm-answers">
        <button type="button" className="button button-quiet" onClick={onNo}>
          {texts.no}
        </button>
        <button type="button" className={isDangerous ? 'button button-danger' : 'button'} onClick={onYes}>
          {texts.yes}
        </button>
      </div>
    </dialog>
  )
}
