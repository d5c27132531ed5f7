import './bubble.css'
import type { ReactNode } from 'react'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { DeliveryMark } from './delivery-mark.tsx'
import type { Row } from './rows.ts'

type Props = {
  /** Who wrote it, for those who do not see on which side it stands. */
  name: string
  row: Row
  isEdited?: boolean
  isQuiet?: boolean
  children: ReactNode
}

/** What one person wrote, on the side of that person, and when; of one's own also how far it has come. */
export function Bubble({ name, row, isEdited = false, isQuiet = false, children }: Props) {
  const { message } = useTexts().conversation
  const format = useFormat()
  return (
    <article
      className="bubble"
      data-own={row.own}
      data-quiet={isQuiet}
      data-opens={row.opensGroup}
      data-closes={row.closesGroup}
      aria-label={message.from(name, format.moment(row.at))}
    >
      {children}
      <footer className="bubble-meta">
        {isEdited && <span>{message.edited}</span>}
        {row.showsMark && (
          <>
            <time dateTime={row.at} title={format.dateTime(row.at)}>
              {format.time(row.at)}
            </time>
            {row.mark && <DeliveryMark mark={row.mark} />}
          </>
        )}
      </footer>
    </article>
  )
}
