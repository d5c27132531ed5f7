import type { Texts } from '../texts.ts'

export const welcome: Texts['welcome'] = {
  title: 'Wer steht am Tor?',
  lead: 'Der Chat, der zur Bestellung gehört',
  text: 'Jemand kauft bei einem Hof, und beide bekommen einen Ort, um sich über die Übergabe einig zu werden. Öffne dieses Fenster als einer von beiden und ein zweites als der andere.',
  customer: 'Ich kaufe ein',
  farmer: 'Ich verkaufe',
  as: (name) => `Als ${name} eintreten`,
  second: (name) => `Zweites Fenster als ${name}`,
  others: 'Oder jemand anderes',
}
