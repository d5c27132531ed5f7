import { FarmgateError } from '@farmgate/client/errors.ts'
import { type FormEvent, useId, useState } from 'react'
import type { DemoProduct } from '../../src/demo/market.ts'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { isQuantity } from './quantity.ts'
import { QuantityField } from './quantity-field.tsx'
import { useCheckout } from './use-checkout.ts'

/** How much, and then: buy, or ask first. Both lead to the conversation with the farm. */
export function OrderForm({ product }: { product: DemoProduct }) {
  const { market } = useTexts()
  const format = useFormat()
  const [quantity, setQuantity] = useState(Math.max(1, product.step))
  const { mutate, isPending, error } = useCheckout(product)
  const complaint = useId()
  const wrong = isQuantity(quantity) ? error && faultText(error, market) : market.badQuantity

  const order = (isOrder: boolean) => isQuantity(quantity) && mutate({ quantity, is_post_checkout: isOrder })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    order(true)
  }
  return (
    <form className="order-form" onSubmit={submit} noValidate>
      <QuantityField product={product} value={quantity} onChange={setQuantity} describedBy={complaint} />
      <p className="order-total">
        {market.total} <b>{format.price(isQuantity(quantity) ? product.price_cents * quantity : 0)}</b>
      </p>
      <p id={complaint} role="alert" className="order-fault">
        {wrong}
      </p>
      <button type="submit" className="button" disabled={isPending}>
        {market.checkout}
      </button>
      <button type="button" className="button button-quiet" disabled={isPending} onClick={() => order(false)}>
        {market.ask}
      </button>
      <p className="order-hint">{market.hint}</p>
    </form>
  )
}

const faultText = (error: Error, market: { failed: string; failedFor: (detail: string) => string }) =>
  error instanceof FarmgateError && !error.temporary ? market.failedFor(error.message) : market.failed
