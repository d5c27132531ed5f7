import { useQuery } from '@tanstack/react-query'
import type { DemoMarket } from '../../src/demo/market.ts'
import { ask } from './ask.ts'

/** The demo's farms, products and people. It does not change while a page is open. */
export const useMarket = () =>
  useQuery({
    queryKey: ['market'],
    queryFn: () => ask('/demo/market/', isMarket),
    staleTime: Number.POSITIVE_INFINITY,
  })

const isMarket = (value: unknown): value is DemoMarket =>
  typeof value === 'object' && value !== null && 'farms' in value && 'products' in value && 'customers' in value
