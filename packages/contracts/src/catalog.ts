import { z } from 'zod'
import { productId, userId, userIdInput } from './ids.ts'
import { imageUrl, text } from './text.ts'

export const catalogUserBody = z
  .strictObject({ name: text(1, 200), avatar_url: imageUrl.nullish() })
  .meta({ id: 'CatalogUserBody' })

export const catalogUser = z
  .object({ user_id: userId, name: z.string(), avatar_url: z.string().nullable() })
  .meta({ id: 'CatalogUser' })
export type CatalogUser = z.infer<typeof catalogUser>

export const catalogProductBody = z
  .strictObject({
    farmer_id: userIdInput,
    name: text(1, 200),
    unit: text(1, 32).nullish().meta({ description: 'The word behind a quantity: kg, dozen' }),
    image_url: imageUrl.nullish(),
  })
  .meta({ id: 'CatalogProductBody' })

export const catalogProduct = z
  .object({
    product_id: productId,
    farmer_id: userId,
    name: z.string(),
    unit: z.string().nullable(),
    image_url: z.string().nullable(),
  })
  .meta({ id: 'CatalogProduct' })
export type CatalogProduct = z.infer<typeof catalogProduct>

/** In a path an id is always a string. */
export const catalogUserPath = z.object({ user_id: userId })
export const catalogProductPath = z.object({ product_id: productId })
