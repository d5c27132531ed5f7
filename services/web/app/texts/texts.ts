import { useSyncExternalStore } from 'react'
import { type Language, language } from '../settings/language.ts'
import { en } from './en.ts'

/** The catalogue: a key that a language lacks does not compile. */
export type Texts = typeof en

/** English is a part of the app; every other language comes when it is spoken. */
const load: Record<Language, () => Promise<Texts>> = {
  en: async () => en,
  de: async () => (await import('./de.ts')).de,
}

let spoken: Texts = en
const listeners = new Set<() => void>()

/** All texts in the user's language. */
export const useTexts = (): Texts => useSyncExternalStore(subscribe, () => spoken)

/** Brings the texts of the chosen language, now and whenever another is chosen. Done when the first are there. */
export async function speak(): Promise<void> {
  language.subscribe(() => void change())
  await change()
}

/** Where a language cannot be loaded (no network), the one before stays. */
async function change() {
  const wanted = language.get()
  const texts = await load[wanted]().catch(() => spoken)
  if (language.get() !== wanted) return
  spoken = texts
  for (const listener of listeners) listener()
}

function subscribe(listener: () => void) {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
