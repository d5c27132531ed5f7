import { QueryClient } from '@tanstack/react-query'

/**
 * Without a network a request fails at once, and says so. By default one would wait unseen until the network is back: an
 * order would place itself when nobody thinks of it any more, perhaps in the name of who used this window before.
 */
export const createQueries = () =>
  new QueryClient({ defaultOptions: { queries: { networkMode: 'always' }, mutations: { networkMode: 'always' } } })
