import './notice.css'
import { useTexts } from '../texts/texts.ts'
import { Screen } from './screen.tsx'

type Props = { title: string; text: string; onAgain?: () => void }

/** A page that has only this to say. */
export function Notice({ title, text, onAgain }: Props) {
  const { again } = useTexts().shell
  return (
    <Screen title={title} className="notice">
      <h1>{title}</h1>
      <p>{text}</p>
      {onAgain && (
        <button type="button" className="button" onClick={onAgain}>
          {again}
        </button>
      )}
    </Screen>
  )
}
