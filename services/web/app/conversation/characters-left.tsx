import { useState } from 'react'
import { useTexts } from '../texts/texts.ts'
import { markOf } from './message-length.ts'

/** Near the limit of a message: how many characters are left. Seen at each of them, said aloud at a few. */
export function CharactersLeft({ left }: { left: number }) {
  const { composer } = useTexts().conversation
  const [aloud, setAloud] = useState<{ mark: number | undefined; text: string }>({ mark: undefined, text: '' })
  const mark = markOf(left)
  const text = mark === undefined ? '' : left < 0 ? composer.over(-left) : composer.left(left)
  if (mark !== aloud.mark) setAloud({ mark, text })
  return (
    <>
      <p className="characters-left" data-over={left < 0}>
        {text}
      </p>
      <p role="status" className="visually-hidden">
        {aloud.text}
      </p>
    </>
  )
}
