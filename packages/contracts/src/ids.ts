import { z } from 'zod'

/** Ids of the marketplace: users and products. */
const MARKETPLACE_ID = /^[A-Za-z0-9_.:-]{1,64}$/

const marketplaceId = (description: string) =>
  z
    .union([z.string().regex(MARKETPLACE_ID, 'must be 1 to 64 characters from A-Z a-z 0-9 _ . : -'), z.int()])
    .transform(String)
    .meta({ description: `${description}. A JSON integer becomes its decimal string.` })

/** As it arrives: a string of 1 to 64 characters from `A-Z a-z 0-9 _ . : -`, or an integer. Becomes a string. */
export const userIdInput = marketplaceId('A user id of the marketplace')
export const productIdInput = marketplaceId('A product id of the marketplace')

/** As we send it. */
export const userId = z.string().regex(MARKETPLACE_ID)
export const productId = z.string().regex(MARKETPLACE_ID)

/** Ids of ours. Lower case, so that one room is one key on every path it takes. */
export const roomId = z.uuid().toLowerCase()
export const messageId = z.uuid().toLowerCase()
export const imageId = z.uuid().toLowerCase()
