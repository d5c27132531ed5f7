import type { Texts } from '../texts.ts'

export const shell: Texts['shell'] = {
  name: 'Farmgate',
  skip: 'Zum Inhalt springen',
  market: 'Markt',
  chats: 'Chats',
  orders: 'Deine Bestellungen',
  language: 'Sprache',
  languages: { en: 'English', de: 'Deutsch' },
  theme: 'Farben',
  themes: { system: 'Wie das System', light: 'Hell', dark: 'Dunkel' },
  changePerson: 'Jemand anderes sein',
  signedInAs: (name) => `Angemeldet als ${name}`,
  unread: (count) => (count === 1 ? '1 ungelesene Nachricht' : `${count} ungelesene Nachrichten`),
  offline: 'Du bist offline. Was du schreibst, wird aufgehoben und geht hinaus, sobald das Netz zurück ist.',
  loading: 'Lädt',
  notFound: { title: 'Hier wächst nichts', text: 'Diese Seite gibt es nicht.', home: 'Zum Anfang' },
  broken: { title: 'Das hat nicht geklappt', text: 'Auf dieser Seite ist etwas schiefgegangen.', again: 'Noch einmal' },
}
