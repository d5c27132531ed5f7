import './welcome.css'
import type { DemoMarket, DemoPerson } from '../../src/demo/market.ts'
import { Avatar } from '../shell/avatar.tsx'
import { Mark } from '../shell/mark.tsx'
import { Preferences } from '../shell/preferences.tsx'
import { Screen } from '../shell/screen.tsx'
import { useTexts } from '../texts/texts.ts'
import { WaysIn } from './ways-in.tsx'

type Props = { market: DemoMarket; onChoose: (userId: string) => void }

/** Where the demo begins: who are you in this window? The first customer and the first farm are offered large. */
export function Welcome({ market: { customers, farms, products }, onChoose }: Props) {
  const { shell, welcome } = useTexts()
  const [customer, ...otherCustomers] = customers
  const [farm, ...otherFarms] = farms
  return (
    <Screen title={welcome.title} className="welcome">
      <div className="welcome-top">
        <p className="brand">
          <Mark />
          <span>{shell.name}</span>
        </p>
        <Preferences />
      </div>
      <div className="welcome-words">
        <p className="welcome-lead">{welcome.lead}</p>
        <h1>{welcome.title}</h1>
        <p>{welcome.text}</p>
      </div>
      <div className="ways-in">
        {customer && products[0] && (
          <WaysIn role={welcome.customer} person={customer} picture={products[0].image_url} onChoose={onChoose} />
        )}
        {farm && <WaysIn role={welcome.farmer} person={farm} picture={farm.picture_url} onChoose={onChoose} />}
      </div>
      <Others people={[...otherCustomers, ...otherFarms]} onChoose={onChoose} />
    </Screen>
  )
}

function Others({ people, onChoose }: { people: DemoPerson[]; onChoose: Props['onChoose'] }) {
  const { welcome } = useTexts()
  return (
    <section className="welcome-others" aria-labelledby="others">
      <h2 id="others">{welcome.others}</h2>
      <ul>
        {people.map(({ user_id, name, avatar_url }) => (
          <li key={user_id}>
            <button type="button" onClick={() => onChoose(user_id)} aria-label={welcome.as(name)}>
              <Avatar name={name} url={avatar_url} />
              {name}
            </button>
          </li>
        ))}
      </ul>
    </section>
  )
}
