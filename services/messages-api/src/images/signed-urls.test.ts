import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { type Asked, createUrlSigner, URL_LIFE_S } from './signed-urls.ts'

const START = Date.UTC(2026, 10, 23, 12)
const clock = { ms: START }
const signer = createUrlSigner('a secret of the services', () => clock.ms)

function parts(url: string): Asked {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const [, , , image_id = '', variant = ''] = pathname.split('/')
  return { image_id, variant, exp: searchParams.get('exp') ?? '', sig: searchParams.get('sig') ?? '' }
}

describe('a URL of an image', () => {
  const id = randomUUID()
  const { url, thumbnail_url } = signer.sign(id)

  it('is a path of the one origin, and good for 15 minutes, to the minute', () => {
    expect(url).toMatch(new RegExp(`^/chat/images/${id}/original\\?exp=\\d+&sig=[A-Za-z0-9_-]{43}$`))
    expect(signer.verify(parts(url))).toEqual({ variant: 'original', exp: START / 1_000 + URL_LIFE_S })
    expect(signer.verify(parts(thumbnail_url))?.variant).toBe('thumbnail')
    clock.ms = START + URL_LIFE_S * 1_000 - 1
    expect(signer.verify(parts(url))).toBeDefined()
    clock.ms = START + URL_LIFE_S * 1_000
    expect(signer.verify(parts(url))).toBeUndefined()
    clock.ms = START
  })

  it('is the same for a minute, so that a browser need not load it again, and then another', () => {
    clock.ms = START + 59_999
    expect(signer.sign(id)).toEqual({ url, thumbnail_url })
    const life = Number(parts(signer.sign(id).url).exp) - clock.ms / 1_000
    expect(life).toBeGreaterThan(14 * 60)
    clock.ms = START + 60_000
    expect(signer.sign(id).url).not.toBe(url)
    clock.ms = START
  })

  it('is good through any instance with the same secret, and through no other', () => {
    expect(createUrlSigner('a secret of the services', () => START).verify(parts(url))).toBeDefined()
    expect(createUrlSigner('another secret', () => START).verify(parts(url))).toBeUndefined()
  })

  it.each<[string, Partial<Asked>]>([
    ['another image', { image_id: randomUUID() }],
    ['the other variant', { variant: 'thumbnail' }],
    ['a variant that there is not', { variant: 'huge' }],
    ['a later end', { exp: String(START / 1_000 + 10 * URL_LIFE_S) }],
    ['an end that is no number', { exp: 'Infinity' }],
    ['no end', { exp: '' }],
    ['no signature', { sig: '' }],
    ['another signature', { sig: 'A'.repeat(43) }],
    ['a part of the signature', { sig: parts(url).sig.slice(0, 20) }],
  ])('altered, it is not ours: %s', (_, altered) => {
    expect(signer.verify({ ...parts(url), ...altered })).toBeUndefined()
  })
})
