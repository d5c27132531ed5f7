/** A piece of HTML that may be put into a page as it is. */
export type Html = { readonly html: string }

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

const escaped = (text: string) => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character)

type Part = Html | string | number | undefined | readonly Part[]

/** Tagged template: every value is escaped, unless it is itself a piece of HTML. */
export const html = (strings: TemplateStringsArray, ...parts: Part[]): Html => ({
  html: strings.reduce((text, string, at) => text + render(parts[at - 1]) + string),
})

function render(part: Part): string {
  if (part === undefined) return ''
  if (typeof part === 'object') return 'html' in part ? part.html : part.map(render).join('')
  return escaped(String(part))
}
