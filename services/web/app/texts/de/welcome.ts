import type { Texts } from '../texts.ts'

export const welcome: Texts['welcome'] = {
  title: 'welcome',
}
