import { checkout } from '@farmgate/client/http/checkout.ts'
import { useMutation } from '@tanstack/react-query'
import { useRef } from 'react'
import { useLocation } from 'wouter'
import type { DemoProduct } from '../../src/demo/market.ts'
import { chatPath } from '../../src/screens.ts'
import { useFarmgate } from '../session/live.tsx'
import { useSession } from '../session/session.ts'

type Wish = { quantity: number; is_post_checkout: boolean }

/**
 * Buys (or asks about) a product and goes to its conversation. Trying the same wish again repeats its key, so that an
 * answer that was lost does not become a second order; another amount is another order.
 */
export function useCheckout({ product_id, farmer_id, image_url }: DemoProduct) {
  const farmgate = useFarmgate()
  const { user_id } = useSession().person
  const [, go] = useLocation()
  const attempt = useRef({ wish: '', key: '' })
  return useMutation({
    mutationFn: (wish: Wish) => {
      const order = { ...wish, customer_id: user_id, farmer_id, product_id, ...pictureOf(image_url) }
      const named = JSON.stringify(wish)
      if (attempt.current.wish !== named) attempt.current = { wish: named, key: randomKey() }
      return checkout(farmgate, order, wish.is_post_checkout ? attempt.current.key : undefined)
    },
    onSuccess: ({ room_id }) => go(chatPath(room_id)),
  })
}

/** A picture travels by URL, https or from localhost; where the demo was opened by another name, without one. */
function pictureOf(path: string) {
  const { protocol, hostname, href } = new URL(path, location.origin)
  const isTaken = protocol === 'https:' || ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
  return isTaken ? { product_image_url: href } : {}
}

/** randomUUID is for secure origins only. */
const randomKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('-')
