/** A piece of what somebody wrote; with `href` where it may be followed. */
export type TextPart = { text: string; href?: string }

/** Format characters (`\p{Cf}`) end a link: among them are those that turn the direction of the text around. */
const CANDIDATE = /\bhttps?:\/\/[^\s<>"\p{Cc}\p{Cf}]+/giu
const CLOSING = /[.,;:!?'’”»…]+$/u
const BRACKETS = { ')': '(', ']': '[', '}': '{' } as const

/**
 * A text in pieces, in order; joined they are the text again, so nothing that was written is hidden. Only http and https
 * become links, and none that carries credentials: `https://bank.example@evil.example` looks like what it is not.
 */
export function textParts(text: string): TextPart[] {
  const parts: TextPart[] = []
  let done = 0
  for (const match of text.matchAll(CANDIDATE)) {
    const written = withoutEnding(match[0])
    const href = safeHref(written)
    if (href === undefined) continue
    if (match.index > done) parts.push({ text: text.slice(done, match.index) })
    parts.push({ text: written, href })
    done = match.index + written.length
  }
  if (done < text.length) parts.push({ text: text.slice(done) })
  return parts
}

/** Punctuation and a closing bracket at the end belong to the sentence, unless the link itself opened the bracket. */
function withoutEnding(written: string): string {
  const bare = written.replace(CLOSING, '')
  const last = bare.at(-1) ?? ''
  if (!isBracket(last) || count(bare, BRACKETS[last]) >= count(bare, last)) return bare
  return withoutEnding(bare.slice(0, -1))
}

const isBracket = (character: string): character is keyof typeof BRACKETS => character in BRACKETS
const count = (text: string, character: string) => text.split(character).length - 1

function safeHref(written: string): string | undefined {
  if (!URL.canParse(written)) return undefined
  const url = new URL(written)
  const isWeb = url.protocol === 'https:' || url.protocol === 'http:'
  return isWeb && url.username === '' && url.password === '' ? url.href : undefined
}
