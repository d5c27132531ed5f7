import type { Texts } from '../texts.ts'

const messages = (count: number) => (count === 1 ? '1 Nachricht' : `${count} Nachrichten`)

export const conversation: Texts['conversation'] = {
  back: { customer: 'Zurück zu deinen Bestellungen', farmer: 'Zurück zu allen Chats' },
  loading: 'Das Gespräch wird geladen',
  later: 'Was geschrieben wurde, erscheint hier, sobald es eine Verbindung gibt.',
  notLoaded: 'Gespräch',
  waiting: 'Wartet auf den Versand',
  unknown: { title: 'Diesen Chat gibt es nicht', text: 'Es gibt ihn nicht, oder du gehörst nicht dazu.' },
  history: (name) => `Gespräch mit ${name}`,

  head: {
    status: 'Stand der Bestellung',
    asked: 'Angefragt, noch nicht gekauft',
    online: 'Online',
    lastSeen: (when) => `Zuletzt da: ${when}`,
    away: 'Nicht online',
    step: { active: 'Bestellung annehmen', completed: 'Bestellung abschließen' },
    complete: {
      title: 'Diese Bestellung abschließen?',
      text: 'Sie lässt sich nicht wieder öffnen. Schreiben könnt ihr einander weiterhin.',
      yes: 'Bestellung abschließen',
      no: 'Noch nicht',
    },
    failed: 'Der Stand ließ sich nicht ändern. Bitte versuche es noch einmal.',
  },

  unreadLine: 'Neue Nachrichten',
  oldest: 'Hier beginnt das Gespräch.',
  loadingOlder: 'Ältere Nachrichten werden geladen',
  olderFailed: 'Ältere Nachrichten konnten nicht geladen werden.',
  again: 'Noch einmal',
  newest: (count) => (count === 0 ? 'Zur neuesten Nachricht' : `${messages(count)} weiter unten: zur neuesten`),

  message: {
    from: (name, when) => `${name}, ${when}`,
    you: 'Du',
    edited: 'bearbeitet',
    deleted: 'Diese Nachricht wurde gelöscht.',
    ordered: (amount) => `Bestellung: ${amount}`,
    status: {
      active: (name) => `${name} hat die Bestellung angenommen`,
      completed: (name) => `${name} hat die Bestellung abgeschlossen`,
      new: (name) => `${name} hat die Bestellung wieder geöffnet`,
    },
    mark: { waiting: 'Wartet', sending: 'Wird gesendet', failed: 'Nicht gesendet', sent: 'Gesendet', read: 'Gelesen' },
    actions: 'Diese Nachricht bearbeiten oder löschen',
    edit: 'Bearbeiten',
    delete: 'Löschen',
    confirmDelete: {
      title: 'Diese Nachricht löschen?',
      text: 'Ihr seht dann beide nur noch, dass sie gelöscht wurde.',
      yes: 'Löschen',
      no: 'Behalten',
    },
    editing: 'Nachricht bearbeiten',
    save: 'Speichern',
    cancel: 'Abbrechen',
    failed: {
      edit_window_over: 'Eine Nachricht lässt sich 15 Minuten lang bearbeiten; die sind vorbei.',
      message_deleted: 'Die Nachricht wurde gelöscht.',
      other: 'Das hat nicht geklappt. Bitte versuche es noch einmal.',
    },
    retry: 'Noch einmal',
    discard: 'Verwerfen',
    cancelSending: 'Nicht senden',
    uploading: (percent) => `Wird hochgeladen, ${percent}`,
    newFrom: (name, text) => `${name}: ${text}`,
    deletedAloud: 'Nachricht gelöscht',
  },

  unsent: {
    unsupported_image:
      'Ein Foto ist beschädigt oder hat ein Format, das nicht geht. Es gehen JPEG, PNG, WebP, GIF und AVIF.',
    image_too_large: 'Ein Foto ist größer als 10 MB.',
    too_many_pixels: 'Ein Foto hat mehr als 40 Megapixel.',
    bad_image: 'Ein Foto ist beschädigt.',
    image_quota: 'Heute lassen sich keine Fotos mehr senden.',
    other: 'Die Nachricht wurde nicht angenommen.',
  },

  photo: {
    open: (number, count) => (count === 1 ? 'Foto öffnen' : `Foto ${number} von ${count} öffnen`),
    alt: (name) => `Foto von ${name}`,
    several: (count) => (count === 1 ? 'ein Foto' : `${count} Fotos`),
    viewer: 'Foto',
    count: (number, count) => `${number} von ${count}`,
    previous: 'Voriges Foto',
    next: 'Nächstes Foto',
    close: 'Schließen',
  },

  typing: (name) => `${name} schreibt`,
  connection: {
    offline: 'Du bist offline.',
    waiting: 'Die Verbindung ist weg. Sie wird von selbst wieder versucht.',
    kept: (count) =>
      (count === 1 ? '1 Nachricht geht hinaus' : `${count} Nachrichten gehen hinaus`).concat(
        ', sobald sie zurück ist.',
      ),
    closed: 'Dieses Gespräch ist nicht mehr verbunden. Lade die Seite neu, um weiterzumachen.',
  },

  composer: {
    label: 'Deine Nachricht',
    placeholder: (name) => `Schreib an ${name}`,
    hint: 'Enter sendet, Umschalt und Enter beginnen eine neue Zeile',
    send: 'Senden',
    attach: 'Fotos hinzufügen',
    photos: 'Fotos, die gesendet werden',
    removePhoto: (number) => `Foto ${number} entfernen`,
    left: (count) => (count === 1 ? 'noch 1 Zeichen' : `noch ${count} Zeichen`),
    over: (count) => `${count} Zeichen zu viel`,
    drop: 'Fotos hier ablegen',
    refused: {
      too_many: 'Eine Nachricht fasst zehn Fotos.',
      too_large: 'Ein Foto darf 10 MB groß sein.',
      not_a_photo: 'Es gehen nur JPEG, PNG, WebP, GIF und AVIF.',
    },
    failed:
      'Dein Browser konnte diese Nachricht nicht aufheben; vielleicht ist sein Speicher voll. Gesendet wurde nichts.',
  },
}
