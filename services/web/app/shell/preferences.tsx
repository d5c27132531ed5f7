import './preferences.css'
import { useId } from 'react'
import { language, languages } from '../settings/language.ts'
import { type Setting, useSetting } from '../settings/setting.ts'
import { theme, themes } from '../settings/theme.ts'
import { useTexts } from '../texts/texts.ts'

/** Language and colours. */
export function Preferences() {
  const { shell } = useTexts()
  return (
    <div className="preferences">
      <Choice label={shell.language} setting={language} words={languages} names={shell.languages} />
      <Choice label={shell.theme} setting={theme} words={themes} names={shell.themes} />
    </div>
  )
}

type ChoiceProps<Word extends string> = {
  label: string
  setting: Setting<Word>
  words: readonly Word[]
  names: Record<Word, string>
}

function Choice<Word extends string>({ label, setting, words, names }: ChoiceProps<Word>) {
  const id = useId()
  const chosen = useSetting(setting)
  const choose = (value: string) => words.filter((word) => word === value).forEach(setting.set)
  return (
    <p>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={chosen} onChange={({ target }) => choose(target.value)}>
        {words.map((word) => (
          <option key={word} value={word}>
            {names[word]}
          </option>
        ))}
      </select>
    </p>
  )
}
