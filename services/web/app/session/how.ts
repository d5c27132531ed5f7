/** How this app learns who uses it, as the server wrote into the page: a demo's choice, or the marketplace's own answer. */
export type How = { kind: 'demo' } | { kind: 'marketplace'; url: string } | { kind: 'none' }

export function readHow(page: Document): How {
  const said = page.querySelector<HTMLMetaElement>('meta[name="farmgate-session"]')?.content ?? ''
  if (said === 'demo') return { kind: 'demo' }
  return said ? { kind: 'marketplace', url: said } : { kind: 'none' }
}
