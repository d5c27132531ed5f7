import type { Texts } from '../texts.ts'

export const market: Texts['market'] = {
  title: 'Markt',
  heading: 'Diese Woche am Hoftor',
  lead: 'Bestelle, was reif ist. Wo und wann du es bekommst, machst du mit dem Hof selbst aus.',
  piece: 'Stück',
  per: (price, unit) => `${price} / ${unit}`,
  from: (farm) => `von ${farm}`,
  back: 'Alle Produkte',
  quantity: 'Menge',
  less: 'Weniger',
  more: 'Mehr',
  total: 'Zusammen',
  checkout: 'Zur Kasse',
  ask: 'Vor dem Kauf fragen',
  hint: 'Die Kasse öffnet dein Gespräch mit dem Hof. Bezahlt wird hier nichts.',
  known: 'Darüber sprichst du schon mit dem Hof.',
  open: 'Gespräch öffnen',
  badQuantity: 'Wähle eine Menge über null, mit höchstens drei Nachkommastellen: 1000, oder 2,5.',
  failed: 'Die Bestellung kam nicht durch. Gekauft wurde nichts; versuche es noch einmal.',
  failedFor: (detail) => `Die Bestellung wurde abgelehnt: ${detail}`,
  unknown: {
    title: 'Dieses Produkt gibt es nicht',
    text: 'Unter dieser Adresse steht keines. Vielleicht gibt es ein anderes auf dem Markt.',
  },
}
