import { useSyncExternalStore } from 'react'

/** A choice of the user out of a few words, kept by the browser and shared by all who use it. */
export type Setting<Word extends string> = {
  get(): Word
  set(word: Word): void
  subscribe(listener: () => void): () => void
}

/**
 * `preset` answers where nothing was chosen, or where what is kept is none of the words. A browser that keeps nothing
 * (storage switched off) still lets one choose until the page ends.
 */
export function createSetting<Word extends string>(key: string, words: readonly Word[], preset: () => Word) {
  const listeners = new Set<() => void>()
  let current = words.find((word) => word === readKept(key)) ?? preset()
  const setting: Setting<Word> = {
    get: () => current,
    set(word) {
      current = word
      keep(key, word)
      for (const listener of listeners) listener()
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
  return setting
}

export const useSetting = <Word extends string>(setting: Setting<Word>): Word =>
  useSyncExternalStore(setting.subscribe, setting.get)

function readKept(key: string): string | null {
  try {
    return localStorage.getItem(key)
  } catch {
    return null
  }
}

function keep(key: string, word: string) {
  try {
    localStorage.setItem(key, word)
  } catch {
    // Storage is off or full: the choice holds for this page.
  }
}
