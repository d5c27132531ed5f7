import { useState } from 'react'

type Props = { url: string | null; name: string }

/** The product as the market shows it; its first letter where there is no picture, or none that loads. */
export function ProductPicture({ url, name }: Props) {
  const [failed, setFailed] = useState<string | null>(null)
  if (url === null || failed === url) {
    return (
      <span className="product-picture" aria-hidden="true">
        {[...name][0]}
      </span>
    )
  }
  return (
    <img className="product-picture" src={url} alt="" onError={() => setFailed(url)} referrerPolicy="no-referrer" />
  )
}
