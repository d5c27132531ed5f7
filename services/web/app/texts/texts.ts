import { type Language, language } from '../settings/language.ts'
import { useSetting } from '../settings/setting.ts'
import { de } from './de.ts'
import { en } from './en.ts'

/** The catalogue: a key that a language lacks does not compile. */
export type Texts = typeof en

const catalogues: Record<Language, Texts> = { en, de }

/** All texts in the user's language. */
export const useTexts = (): Texts => catalogues[useSetting(language)]
