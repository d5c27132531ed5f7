import { type Language, language } from '../settings/language.ts'
import { useSetting } from '../settings/setting.ts'

export type Format = ReturnType<typeof createFormat>

/** Numbers and times as a language writes them. Takes RFC 3339 or a Date; answers in the user's own time zone. */
function createFormat(tag: Language) {
  const decimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 3 })
  const money = new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' })
  const clock = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit' })
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' })
  const full = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  return {
    number: (value: number) => decimal.format(value),
    /** `cents` of a euro. */
    price: (cents: number) => money.format(cents / 100),
    /** 14:05 */
    time: (at: string | Date) => clock.format(new Date(at)),
    /** Friday, 27 November */
    day: (at: string | Date) => weekday.format(new Date(at)),
    /** 27 Nov 2026, 14:05 */
    dateTime: (at: string | Date) => full.format(new Date(at)),
    /** `days` before (−1: yesterday) or after today. */
    relativeDay: (days: number) => relative.format(days, 'day'),
    /** 2.5 kg; a quantity without a unit stands alone. */
    quantity: (value: number, unit: string | null) => [decimal.format(value), unit].filter(Boolean).join(' '),
  }
}

const formats: Record<Language, Format> = { en: createFormat('en'), de: createFormat('de') }

/** Numbers and times in the user's language. */
export const useFormat = (): Format => formats[useSetting(language)]
