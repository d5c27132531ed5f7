import type { DemoPerson } from '../../src/demo/market.ts'
import { screens } from '../../src/screens.ts'
import { useTexts } from '../texts/texts.ts'

type Props = { role: string; person: DemoPerson; picture: string; onChoose: (userId: string) => void }

/** One person, two ways: in this window, or in a second one beside it. */
export function WaysIn({ role, person: { user_id, name }, picture, onChoose }: Props) {
  const { welcome } = useTexts()
  return (
    <article className="way-in">
      <img src={picture} alt="" width="400" height="260" />
      <p className="way-in-role">{role}</p>
      <h2>{name}</h2>
      <button type="button" className="button" onClick={() => onChoose(user_id)}>
        {welcome.as(name)}
      </button>
      <a href={`${screens.home}?as=${user_id}`} target="_blank" rel="noopener">
        {welcome.second(name)}
      </a>
    </article>
  )
}
