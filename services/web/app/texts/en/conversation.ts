const messages = (count: number) => (count === 1 ? '1 message' : `${count} messages`)

export const conversation = {
  back: { customer: 'Back to your orders', farmer: 'Back to all chats' },
  loading: 'Loading the conversation',
  later: 'What has been written appears here once there is a connection.',
  /** Where nothing of the room is known yet: its head, and what waits there. */
  notLoaded: 'Conversation',
  waiting: 'Waiting to be sent',
  unknown: { title: 'No such chat', text: 'It does not exist, or you are not part of it.' },
  history: (name: string) => `Conversation with ${name}`,

  head: {
    status: 'Order status',
    asked: 'Asked, not bought yet',
    online: 'Online',
    lastSeen: (when: string) => `Last seen ${when}`,
    away: 'Not online',
    step: { active: 'Accept the order', completed: 'Complete the order' },
    complete: {
      title: 'Complete this order?',
      text: 'It cannot be opened again. You can still write to each other.',
      yes: 'Complete the order',
      no: 'Not yet',
    },
    failed: 'The status could not be changed. Please try again.',
  },

  unreadLine: 'New messages',
  oldest: 'This is where the conversation begins.',
  loadingOlder: 'Loading older messages',
  olderFailed: 'Older messages could not be loaded.',
  again: 'Try again',
  newest: (count: number) => (count === 0 ? 'To the newest message' : `${messages(count)} below: to the newest`),

  message: {
    from: (name: string, when: string) => `${name}, ${when}`,
    you: 'You',
    edited: 'edited',
    deleted: 'This message was deleted.',
    ordered: (amount: string) => `Order: ${amount}`,
    status: {
      active: (name: string) => `${name} accepted the order`,
      completed: (name: string) => `${name} completed the order`,
      new: (name: string) => `${name} reopened the order`,
    },
    mark: { waiting: 'Waits', sending: 'Sending', failed: 'Not sent', sent: 'Sent', read: 'Read' },
    actions: 'Edit or delete this message',
    edit: 'Edit',
    delete: 'Delete',
    confirmDelete: {
      title: 'Delete this message?',
      text: 'You will both see only that it was deleted.',
      yes: 'Delete',
      no: 'Keep it',
    },
    editing: 'Edit the message',
    save: 'Save',
    cancel: 'Cancel',
    failed: {
      edit_window_over: 'A message can be edited for 15 minutes; that time is over.',
      message_deleted: 'The message has been deleted.',
      other: 'That did not work. Please try again.',
    },
    retry: 'Try again',
    discard: 'Discard',
    cancelSending: 'Do not send',
    uploading: (percent: string) => `Uploading, ${percent}`,
    newFrom: (name: string, text: string) => `${name}: ${text}`,
    deletedAloud: 'Message deleted',
  },

  unsent: {
    unsupported_image: 'A photo is damaged, or of a kind that is not taken. JPEG, PNG, WebP, GIF and AVIF are.',
    image_too_large: 'A photo is larger than 10 MB.',
    too_many_pixels: 'A photo has more than 40 megapixels.',
    bad_image: 'A photo is damaged.',
    image_quota: 'No more photos can be sent today.',
    other: 'The message was refused.',
  },

  photo: {
    open: (number: number, count: number) => (count === 1 ? 'Open the photo' : `Open photo ${number} of ${count}`),
    alt: (name: string) => `Photo from ${name}`,
    several: (count: number) => (count === 1 ? 'a photo' : `${count} photos`),
    viewer: 'Photo',
    count: (number: number, count: number) => `${number} of ${count}`,
    previous: 'Previous photo',
    next: 'Next photo',
    close: 'Close',
  },

  typing: (name: string) => `${name} is typing`,
  connection: {
    offline: 'You are offline.',
    waiting: 'The connection is lost. It is tried again by itself.',
    kept: (count: number) => `${messages(count)} will go out when it is back.`,
    closed: 'This conversation is not connected any more. Reload the page to go on.',
  },

  composer: {
    label: 'Your message',
    placeholder: (name: string) => `Write to ${name}`,
    hint: 'Enter sends, Shift and Enter begin a new line',
    send: 'Send',
    attach: 'Add photos',
    photos: 'Photos to be sent',
    removePhoto: (number: number) => `Remove photo ${number}`,
    left: (count: number) => (count === 1 ? '1 character left' : `${count} characters left`),
    over: (count: number) => (count === 1 ? '1 character too many' : `${count} characters too many`),
    drop: 'Drop photos here',
    refused: {
      too_many: 'A message takes ten photos.',
      too_large: 'A photo may have 10 MB.',
      not_a_photo: 'Only JPEG, PNG, WebP, GIF and AVIF can be sent.',
    },
    failed: 'Your browser could not keep this message; its storage may be full. Nothing was sent.',
  },
}
