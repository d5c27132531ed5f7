import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { openFileStore } from './file-store.ts'
import { openS3Store } from './s3-store.ts'
import type { ImageStore } from './store.ts'

type Place = { kind: 'file'; dir: string } | { kind: 's3'; bucket: string; prefix: string }

const isPlace = (text: string) => /^file:\/\/\/./.test(text) || /^s3:\/\/[a-z0-9][a-z0-9.-]+(\/|$)/.test(text)

function toPlace(text: string): Place {
  const url = new URL(text)
  if (url.protocol === 'file:') return { kind: 'file', dir: fileURLToPath(url) }
  return { kind: 's3', bucket: url.host, prefix: decodeURIComponent(url.pathname).replace(/^\/+|\/+$/g, '') }
}

/** The variables of the store. Keys are asked for where `place`, the raw IMAGE_STORE, is a bucket. */
export const imageStoreFields = (place = '') => {
  const key = place.startsWith('s3:') ? z.string() : z.string().default('')
  return {
    IMAGE_STORE: z.string().refine(isPlace, 'must be file:///dir or s3://bucket/prefix').transform(toPlace),
    S3_ENDPOINT: z
      .url({ protocol: /^https?$/ })
      .transform((text) => text.replace(/\/+$/, ''))
      .optional(),
    S3_REGION: z.string().default('us-east-1'),
    AWS_ACCESS_KEY_ID: key,
    AWS_SECRET_ACCESS_KEY: key,
    AWS_SESSION_TOKEN: z.string().optional(),
  }
}

export type ImageStoreConfig = z.output<z.ZodObject<ReturnType<typeof imageStoreFields>>>

export function openImageStore(config: ImageStoreConfig): ImageStore {
  const { IMAGE_STORE: place } = config
  if (place.kind === 'file') return openFileStore(place.dir)
  return openS3Store({
    bucket: place.bucket,
    prefix: place.prefix,
    endpoint: config.S3_ENDPOINT,
    region: config.S3_REGION,
    accessKeyId: config.AWS_ACCESS_KEY_ID,
    secretAccessKey: config.AWS_SECRET_ACCESS_KEY,
    sessionToken: config.AWS_SESSION_TOKEN,
  })
}
