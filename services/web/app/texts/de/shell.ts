import type { Texts } from '../texts.ts'

export const shell: Texts['shell'] = {
  name: 'Farmgate',
  skip: 'Zum Inhalt springen',
  market: 'Markt',
  chats: 'Chats',
  orders: 'Bestellungen',
  language: 'Sprache',
  languages: { en: 'English', de: 'Deutsch' },
  theme: 'Farben',
  themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
  changePerson: 'Jemand anderes sein',
  leaving: {
    title: (count) =>
      count === 1 ? '1 Nachricht ist noch nicht hinausgegangen' : `${count} Nachrichten sind noch nicht hinausgegangen`,
    text: 'Was wartet, bleibt in diesem Browser, bis du zurück bist. Wenn ihn auch andere benutzen, lösche es besser.',
    stay: 'Bleiben',
    keep: 'Behalten und gehen',
    delete: 'Löschen und gehen',
    failed: 'Es konnte nicht gelöscht werden. Bitte versuche es noch einmal.',
  },
  customer: 'Kundschaft',
  farmer: 'Hof',
  signedInAs: (name) => `Angemeldet als ${name}`,
  unread: (count) => (count === 1 ? '1 ungelesene Nachricht' : `${count} ungelesene Nachrichten`),
  offline: 'Offline',
  offlineHint: 'Was du schreibst, wird aufgehoben und geht hinaus, sobald das Netz zurück ist.',
  loading: 'Lädt',
  again: 'Noch einmal',
  notFound: { title: 'Hier wächst nichts', text: 'Diese Seite gibt es nicht.', home: 'Zum Anfang' },
  broken: { title: 'Das hat nicht geklappt', text: 'Auf dieser Seite ist etwas schiefgegangen.' },
  away: { title: 'Niemand antwortet', text: 'Der Markt ist gerade nicht zu erreichen.' },
  signedOut: {
    title: 'Du bist nicht angemeldet',
    text: 'Melde dich beim Markt an und komm dann zurück auf diese Seite.',
  },
  unconnected: { title: 'Noch kein Markt', text: 'Diesem Farmgate hat niemand gesagt, zu welchem Markt es gehört.' },
}
