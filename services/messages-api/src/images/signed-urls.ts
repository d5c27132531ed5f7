import { createHmac, timingSafeEqual } from 'node:crypto'
import { VARIANTS, type Variant } from './store.ts'

/** How long a URL is good for at most, as POST /chat/images/ is described; each Message sent out has new ones. */
export const URL_LIFE_S = 15 * 60

/** Within a step an image has one and the same URL: a browser that has just loaded it need not do so again. */
const URL_STEP_S = 60

/** Where an image can be had: paths of the one origin. */
type ImageUrls = { url: string; thumbnail_url: string }
export type SignUrls = (imageId: string) => ImageUrls

/** What stands in a URL, as it came: anything. */
export type Asked = { image_id: string; variant: string; exp: string; sig: string }

export type UrlSigner = {
  sign: SignUrls
  /** The variant that a URL of ours gives access to until `exp` (seconds since 1970); nothing for any other. */
  verify(asked: Asked): { variant: Variant; exp: number } | undefined
}

/**
 * Signs URLs of images by a key that all instances derive from the same secret. The signature covers the image, the variant
 * and the end, so none of them can be exchanged.
 */
export function createUrlSigner(secret: string, nowMs: () => number = Date.now): UrlSigner {
  const key = createHmac('sha256', secret).update('farmgate image urls').digest()
  const signatureOf = (imageId: string, variant: string, exp: number | string) =>
    createHmac('sha256', key).update(`${imageId}/${variant}/${exp}`).digest('base64url')
  const urlOf = (imageId: string, variant: Variant, exp: number) =>
    `/chat/images/${imageId}/${variant}?exp=${exp}&sig=${signatureOf(imageId, variant, exp)}`

  return {
    sign(imageId) {
      const exp = Math.floor(nowMs() / 1_000 / URL_STEP_S) * URL_STEP_S + URL_LIFE_S
      return { url: urlOf(imageId, 'original', exp), thumbnail_url: urlOf(imageId, 'thumbnail', exp) }
    },
    verify({ image_id, variant, exp, sig }) {
      // As text: several texts of base64url mean the same bytes.
      const [given, ours] = [Buffer.from(sig), Buffer.from(signatureOf(image_id, variant, exp))]
      const isOurs = given.length === ours.length && timingSafeEqual(given, ours)
      const known = VARIANTS.find((each) => each === variant)
      return isOurs && known && Number(exp) * 1_000 > nowMs() ? { variant: known, exp: Number(exp) } : undefined
    },
  }
}
