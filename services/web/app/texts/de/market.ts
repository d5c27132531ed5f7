import type { Texts } from '../texts.ts'

export const market: Texts['market'] = {
  title: 'market',
}
