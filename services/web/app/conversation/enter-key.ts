import type { KeyboardEvent } from 'react'

/** On glass there is no Shift: Enter begins a new line there, and the button sends. */
export const isTouched = () => matchMedia('(pointer: coarse)').matches

type Key = Pick<KeyboardEvent, 'key' | 'shiftKey'> & { nativeEvent: { isComposing: boolean } }

/** Not while an input method is still choosing a character. */
export const sendsByEnter = ({ key, shiftKey, nativeEvent }: Key): boolean =>
  key === 'Enter' && !shiftKey && !nativeEvent.isComposing && !isTouched()
