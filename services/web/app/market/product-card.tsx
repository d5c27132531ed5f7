import { Link } from 'wouter'
import type { DemoProduct } from '../../src/demo/market.ts'
import { productPath } from '../../src/screens.ts'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'

/** A product on the market's shelf; all of it leads to its page. */
export function ProductCard({ product: { product_id, name, unit, price_cents, image_url } }: { product: DemoProduct }) {
  const { market } = useTexts()
  const format = useFormat()
  return (
    <Link href={productPath(product_id)} className="product-card">
      <img src={image_url} alt="" width="400" height="400" loading="lazy" />
      <span className="product-card-name" lang="en">
        {name}
      </span>
      <span className="product-card-price">{market.per(format.price(price_cents), unit ?? market.piece)}</span>
    </Link>
  )
}
