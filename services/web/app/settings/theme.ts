import { createSetting } from './setting.ts'

export const themes = ['system', 'light', 'dark'] as const

export const theme = createSetting('farmgate.theme', themes, () => 'system')

/** Puts the colours of the chosen theme on the page, and follows the system where that was chosen. */
export function applyTheme() {
  const systemIsDark = matchMedia('(prefers-color-scheme: dark)')
  const apply = () => {
    const chosen = theme.get()
    const isDark = chosen === 'system' ? systemIsDark.matches : chosen === 'dark'
    document.documentElement.dataset.theme = isDark ? 'dark' : 'light'
  }
  theme.subscribe(apply)
  systemIsDark.addEventListener('change', apply)
  apply()
}
