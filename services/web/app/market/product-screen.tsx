import '../shell/notice.css'
import './product.css'
import { Link } from 'wouter'
import type { DemoFarm, DemoProduct } from '../../src/demo/market.ts'
import { screens } from '../../src/screens.ts'
import { useMarket } from '../session/market-data.ts'
import { Avatar } from '../shell/avatar.tsx'
import { Screen } from '../shell/screen.tsx'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { KnownRoom } from './known-room.tsx'
import { OrderForm } from './order-form.tsx'

/** One product, and how much of it one wants. */
export function ProductScreen({ product_id }: { product_id: string }) {
  const { farms, products } = useMarket().data ?? {}
  if (!farms || !products) return null
  const product = products.find((it) => it.product_id === product_id)
  const farm = farms.find(({ user_id }) => user_id === product?.farmer_id)
  return product && farm ? <Product product={product} farm={farm} /> : <UnknownProduct />
}

function UnknownProduct() {
  const { market } = useTexts()
  return (
    <Screen title={market.unknown.title} className="notice">
      <h1>{market.unknown.title}</h1>
      <p>{market.unknown.text}</p>
      <Link href={screens.market} className="button">
        {market.back}
      </Link>
    </Screen>
  )
}

function Product({ product, farm }: { product: DemoProduct; farm: DemoFarm }) {
  const { market } = useTexts()
  const format = useFormat()
  return (
    <Screen title={product.name} className="product">
      <Link href={screens.market} className="product-back">
        <span aria-hidden="true">← </span>
        {market.back}
      </Link>
      <img className="product-view" src={product.image_url} alt="" width="400" height="400" />
      <div className="product-words">
        <p className="product-farm">
          <Avatar name={farm.name} url={farm.avatar_url} />
          {market.from(farm.name)}
        </p>
        <h1 lang="en">{product.name}</h1>
        <p className="product-price">{market.per(format.price(product.price_cents), product.unit ?? market.piece)}</p>
        <p className="product-note" lang="en">
          {product.note}
        </p>
        <OrderForm product={product} />
        <KnownRoom product={product} />
      </div>
    </Screen>
  )
}
