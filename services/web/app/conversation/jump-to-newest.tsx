import { useTexts } from '../texts/texts.ts'
import { DownIcon } from './icons.tsx'

type Props = { count: number; onJump: () => void }

/** The way back down, with how many messages came in the meantime. */
export function JumpToNewest({ count, onJump }: Props) {
  const { conversation } = useTexts()
  return (
    <button type="button" className="jump" aria-label={conversation.newest(count)} onClick={onJump}>
      {count > 0 && <span className="jump-count">{count}</span>}
      <DownIcon />
    </button>
  )
}
