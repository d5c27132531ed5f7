/** As messages-api takes them: more than ten, or one above 10 MiB, it would refuse. */
export const MAX_PHOTOS = 10
const MAX_BYTES = 10 * 1024 * 1024
const TYPES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/gif', 'image/avif'])

export type PhotoRefusal = 'too_many' | 'too_large' | 'not_a_photo'

/** Adds what was picked, pasted or dropped to what is chosen already; why the rest stays out, each reason once. */
export function choosePhotos<Photo extends { type: string; size: number }>(
  chosen: readonly Photo[],
  more: readonly Photo[],
) {
  const taken = [...chosen]
  const refused = new Set<PhotoRefusal>()
  for (const photo of more) {
    const refusal = refusalOf(photo, taken.length)
    if (refusal) refused.add(refusal)
    else taken.push(photo)
  }
  return { chosen: taken, refused: [...refused] }
}

function refusalOf({ type, size }: { type: string; size: number }, count: number): PhotoRefusal | undefined {
  if (!TYPES.has(type)) return 'not_a_photo'
  if (size > MAX_BYTES) return 'too_large'
  return count < MAX_PHOTOS ? undefined : 'too_many'
}

/** For the file picker. */
export const PHOTO_TYPES = [...TYPES].join(',')
