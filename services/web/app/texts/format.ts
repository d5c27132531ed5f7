import { type Language, language } from '../settings/language.ts'
import { useSetting } from '../settings/setting.ts'
import { daysFrom } from './days.ts'

export type Format = ReturnType<typeof createFormat>

/** Numbers and times as a language writes them. Takes RFC 3339 or a Date; answers in the user's own time zone. */
function createFormat(tag: string) {
  // A separator of thousands in a field would be read as the decimal one: 1,500 as one and a half.
  const typed = new Intl.NumberFormat(tag, { maximumFractionDigits: 3, useGrouping: false })
  const decimal = new Intl.NumberFormat(tag, { maximumFractionDigits: 3 })
  const money = new Intl.NumberFormat(tag, { style: 'currency', currency: 'EUR' })
  const clock = new Intl.DateTimeFormat(tag, { hour: 'numeric', minute: '2-digit' })
  const day = new Intl.DateTimeFormat(tag, { weekday: 'long', day: 'numeric', month: 'long' })
  const weekday = new Intl.DateTimeFormat(tag, { weekday: 'long' })
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'medium' })
  const full = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeStyle: 'short' })
  const percent = new Intl.NumberFormat(tag, { style: 'percent' })
  const relative = new Intl.RelativeTimeFormat(tag, { numeric: 'auto' })
  return {
    /** 2.5 as one types it into a field. */
    typed: (value: number) => typed.format(value),
    /** What begins the decimals: a point or a comma. */
    point: typed.format(0.5).charAt(1),
    /** `cents` of a euro. */
    price: (cents: number) => money.format(cents / 100),
    /** 14:05 */
    time: (at: string | Date) => clock.format(new Date(at)),
    /** Friday, 27 November */
    day: (at: string | Date) => day.format(new Date(at)),
    /** Today 14:05, yesterday by that word, this week Friday, else 27 Nov 2026. */
    shortly(at: string | Date, now = new Date()): string {
      const days = daysFrom(now, new Date(at))
      if (days >= 0) return clock.format(new Date(at))
      if (days === -1) return relative.format(days, 'day')
      return (days > -7 ? weekday : date).format(new Date(at))
    },
    /** Today, yesterday, Friday, 20 November; of another year 27 Nov 2025. */
    dayLine(at: string | Date, now = new Date()): string {
      const days = daysFrom(now, new Date(at))
      if (days === 0 || days === -1) return relative.format(days, 'day')
      return (new Date(at).getFullYear() === now.getFullYear() ? day : date).format(new Date(at))
    },
    /** Today, 14:05; yesterday, 14:05; 20 Nov 2026, 14:05. */
    moment(at: string | Date, now = new Date()): string {
      const days = daysFrom(now, new Date(at))
      if (days !== 0 && days !== -1) return full.format(new Date(at))
      return `${relative.format(days, 'day')}, ${clock.format(new Date(at))}`
    },
    /** 27 Nov 2026, 14:05 */
    dateTime: (at: string | Date) => full.format(new Date(at)),
    /** 37 %: of `share`, 0 to 1. */
    percent: (share: number) => percent.format(share),
    /** 2.5 kg; a quantity without a unit stands alone. */
    quantity: (value: number, unit: string | null) => [decimal.format(value), unit].filter(Boolean).join(' '),
  }
}

export const formats: Record<Language, Format> = { en: createFormat('en-GB'), de: createFormat('de-DE') }

/** Numbers and times in the user's language. */
export const useFormat = (): Format => formats[useSetting(language)]
