import { useTexts } from '../texts/texts.ts'

const SHOWN_BELOW = 200

/** Near the limit of a message: how many characters are left. */
export function CharactersLeft({ left }: { left: number }) {
  const { composer } = useTexts().conversation
  const said = left < 0 ? composer.over(-left) : left < SHOWN_BELOW ? composer.left(left) : ''
  return (
    <p className="characters-left" role="status" data-over={left < 0}>
      {said}
    </p>
  )
}
