import { openAsBlob } from 'node:fs'
import { Readable } from 'node:stream'
import { DependencyAway } from '@farmgate/service-kit/dependency.ts'
import { AwsClient } from 'aws4fetch'
import { type ImageStore, isImageId, type Listed, type Range, VARIANTS, type Variant } from './store.ts'

export type S3Options = {
  bucket: string
  /** Before every key, without a slash at its end; may be empty. */
  prefix: string
  /** An S3-compatible server, asked by path; Amazon's own, by host name, where not given. */
  endpoint?: string | undefined
  region: string
  accessKeyId: string
  secretAccessKey: string
  sessionToken?: string | undefined
}

const ASK_MS = 10_000

/** Images asked for in one go; a bucket lists 1,000 keys at most. */
const PAGE = 400

/** aws4fetch tries 5xx and 429 again, this often and from this pause on. */
const RETRIES = 2
const RETRY_MS = 100

/** Images in a bucket of any S3-compatible server. An object is there as a whole or not at all, and lasts. */
export function openS3Store({ bucket, prefix, endpoint, region, ...keys }: S3Options): ImageStore {
  const client = new AwsClient({ ...withToken(keys), region, service: 's3', retries: RETRIES, initRetryMs: RETRY_MS })
  const root = endpoint ? `${endpoint}/${bucket}` : `https://${bucket}.s3.${region}.amazonaws.com`
  const base = prefix === '' ? '' : `${prefix}/`
  const urlOf = (imageId: string, variant: Variant) => `${root}/${encodePath(base)}${imageId}/${variant}`

  /** An answer that is a success, or one of `also`. */
  async function ask(url: string, init: RequestInit = {}, also: number[] = []): Promise<Response> {
    try {
      const answer = await client.fetch(url, { signal: AbortSignal.timeout(ASK_MS), ...init })
      if (answer.ok || also.includes(answer.status)) return answer
      await answer.body?.cancel()
      throw new Error(`the bucket answers ${answer.status}`)
    } catch (error) {
      throw new DependencyAway('images', error)
    }
  }

  const search = (query: Record<string, string>) =>
    ask(`${root}/?${encodeQuery({ 'list-type': '2', prefix: base, ...query })}`).then((answer) => answer.text())

  return {
    async put(imageId, variant, file, contentType, signal = AbortSignal.timeout(ASK_MS)) {
      // Backed by the file: it is streamed, and its size is known before.
      const body = await openAsBlob(file, { type: contentType })
      await ask(urlOf(imageId, variant), { method: 'PUT', body, headers: { 'content-type': contentType }, signal })
    },

    async read(imageId, variant, range) {
      // The answer must begin in time; how long it takes is its reader's affair, whose line may be slow.
      const limit = new AbortController()
      const timer = setTimeout(() => limit.abort(), ASK_MS)
      const init = { headers: rangeHeader(range), signal: limit.signal }
      const answer = await ask(urlOf(imageId, variant), init, [404]).finally(() => clearTimeout(timer))
      if (answer.ok && answer.body) return Readable.fromWeb(answer.body)
      await answer.body?.cancel()
      return undefined
    },

    async remove(imageId) {
      await Promise.all(VARIANTS.map((variant) => ask(urlOf(imageId, variant), { method: 'DELETE' }, [404])))
    },

    async *list(after) {
      const keys = PAGE * VARIANTS.length
      for (let at = after; ; ) {
        // `~` is above every variant: an image is listed with all its files or not at all.
        const start: Record<string, string> = at === '' ? {} : { 'start-after': `${base}${at}/~` }
        const images = imagesIn(await search({ 'max-keys': String(keys), ...start }), base)
        yield* images
        at = images.at(-1)?.image_id ?? ''
        // A page may be short before the end: what others keep there is not listed.
        if (at === '') return
      }
    },

    check: () => search({ 'max-keys': '1' }).then(() => undefined),
    close: async () => undefined,
  }
}

const withToken = ({ sessionToken, ...keys }: Pick<S3Options, 'accessKeyId' | 'secretAccessKey' | 'sessionToken'>) =>
  sessionToken === undefined ? keys : { ...keys, sessionToken }

const encodePath = (path: string) => path.split('/').map(encodeURIComponent).join('/')

/** A blank is `%20`: as `+` it would be signed as one thing and read as another. */
const encodeQuery = (query: Record<string, string>) => new URLSearchParams(query).toString().replaceAll('+', '%20')

const rangeHeader = (range?: Range): Record<string, string> =>
  range ? { range: `bytes=${range.from}-${range.to}` } : {}

const OBJECT = /<Contents>.*?<Key>([^<]*)<\/Key>.*?<LastModified>([^<]*)<\/LastModified>.*?<\/Contents>/gs

/** The images of a listing, each once, with the time of its newest file. What we never named is passed over. */
function imagesIn(xml: string, base: string): Listed[] {
  const images = new Map<string, Date>()
  for (const [, key = '', modified = ''] of xml.matchAll(OBJECT)) {
    const [image_id = '', variant] = plain(key).slice(base.length).split('/')
    if (!isImageId(image_id) || !VARIANTS.some((known) => known === variant)) continue
    const at = new Date(modified)
    const known = images.get(image_id)
    if (!known || known < at) images.set(image_id, at)
  }
  return [...images].map(([image_id, at]) => ({ image_id, at }))
}

const ENTITIES: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
const plain = (text: string) => text.replace(/&(\w+);/g, (whole, name: string) => ENTITIES[name] ?? whole)
