import type { DemoMarket } from '../../src/demo/market.ts'
import { Screen } from '../shell/screen.tsx'
import { useTexts } from '../texts/texts.ts'

type Props = { market: DemoMarket; onChoose: (userId: string) => void }

/** Where the demo begins: who are you in this window? */
export function Welcome({ market, onChoose }: Props) {
  const { welcome } = useTexts()
  return (
    <Screen title={welcome.title}>
      <h1>{welcome.title}</h1>
      {[...market.customers, ...market.farms].map(({ user_id, name }) => (
        <button key={user_id} type="button" className="button" onClick={() => onChoose(user_id)}>
          {name}
        </button>
      ))}
    </Screen>
  )
}
