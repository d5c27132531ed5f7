import './market.css'
import type { DemoFarm, DemoProduct } from '../../src/demo/market.ts'
import { useMarket } from '../session/market-data.ts'
import { Screen } from '../shell/screen.tsx'
import { useTexts } from '../texts/texts.ts'
import { ProductCard } from './product-card.tsx'

/** The shop: each farm with what it sells. */
export function MarketScreen() {
  const { market } = useTexts()
  const { farms = [], products = [] } = useMarket().data ?? {}
  return (
    <Screen title={market.title} className="market">
      <header className="market-head">
        <h1>{market.heading}</h1>
        <p>{market.lead}</p>
      </header>
      {farms.map((farm) => (
        <Farm key={farm.user_id} farm={farm} products={products.filter((it) => it.farmer_id === farm.user_id)} />
      ))}
    </Screen>
  )
}

function Farm({ farm, products }: { farm: DemoFarm; products: DemoProduct[] }) {
  return (
    <section className="farm" aria-labelledby={farm.user_id}>
      <div className="farm-view">
        <img src={farm.picture_url} alt="" width="800" height="360" />
        <div className="farm-words" lang="en">
          <h2 id={farm.user_id}>{farm.name}</h2>
          <p className="farm-place">{farm.place}</p>
          <p>{farm.story}</p>
        </div>
      </div>
      <ul className="products">
        {products.map((product) => (
          <li key={product.product_id}>
            <ProductCard product={product} />
          </li>
        ))}
      </ul>
    </section>
  )
}
