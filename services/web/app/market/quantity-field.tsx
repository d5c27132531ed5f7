import { useId, useState } from 'react'
import type { DemoProduct } from '../../src/demo/market.ts'
import { useFormat } from '../texts/format.ts'
import { useTexts } from '../texts/texts.ts'
import { isQuantity, readQuantity, stepped } from './quantity.ts'

type Props = {
  product: DemoProduct
  /** NaN while what stands there is no number. */
  value: number
  onChange: (value: number) => void
  describedBy: string
}

/** A number that one types, or moves by steps. */
export function QuantityField({ product: { step, unit }, value, onChange, describedBy }: Props) {
  const { market } = useTexts()
  const format = useFormat()
  const id = useId()
  const [typed, setTyped] = useState<string>()
  const type = (text: string) => {
    setTyped(text)
    onChange(readQuantity(text, format.point))
  }
  const move = (direction: 1 | -1) => {
    setTyped(undefined)
    onChange(stepped(value, step, direction))
  }
  return (
    <div className="quantity">
      <label htmlFor={id}>{market.quantity}</label>
      <div className="quantity-box">
        <button type="button" aria-label={market.less} onClick={() => move(-1)}>
          −
        </button>
        <input
          id={id}
          inputMode="decimal"
          autoComplete="off"
          value={typed ?? format.typed(value)}
          onChange={({ target }) => type(target.value)}
          onBlur={() => isQuantity(value) && setTyped(undefined)}
          aria-invalid={!isQuantity(value)}
          aria-describedby={describedBy}
        />
        <span>{unit ?? market.piece}</span>
        <button type="button" aria-label={market.more} onClick={() => move(1)}>
          +
        </button>
      </div>
    </div>
  )
}
