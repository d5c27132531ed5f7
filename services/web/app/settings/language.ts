import { createSetting } from './setting.ts'

export const languages = ['en', 'de'] as const
export type Language = (typeof languages)[number]

export const language = createSetting('farmgate.language', languages, preferred)

/** The first of the browser's languages that we speak. */
function preferred(): Language {
  const spoken = navigator.languages.map((tag) => tag.slice(0, 2))
  return spoken.flatMap((tag) => languages.find((known) => known === tag) ?? [])[0] ?? 'en'
}

/** Tells the page's language to what reads it aloud. */
export function applyLanguage() {
  const apply = () => {
    document.documentElement.lang = language.get()
  }
  language.subscribe(apply)
  apply()
}
