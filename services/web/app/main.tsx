import './fonts.css'
import './tokens.css'
import './base.css'
import './button.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { keepApp } from './offline/keep-app.ts'
import { applyLanguage } from './settings/language.ts'
import { applyTheme } from './settings/theme.ts'
import { speak } from './texts/texts.ts'

applyTheme()
applyLanguage()
void speak().then(show)

function show() {
  const root = document.getElementById('root')
  if (!root) return
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  )
  keepApp()
}
