import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { MessagePage } from '@farmgate/contracts/messages.ts'
import type { Room, RoomPage } from '@farmgate/contracts/rooms.ts'
import type { User } from './user.ts'

type Cast = {
  marketplace: User
  customer: User
  farmer: User
  ids: { customer: string; farmer: string; product: string }
}
type Tell = (who: string, what: string) => void

/** Taken with a telephone that writes its position into them. */
const PHOTOS = ['crate', 'scale']
/** 52° 31′, as EXIF writes it. */
const POSITION = '4\0\0\0\x01\0\0\0\x1f\0\0\0\x01\0\0\0'

const withPosition = (photos: readonly Uint8Array[]) =>
  photos.filter((photo) => Buffer.from(photo).includes(POSITION)).length

const imagesOf = (room: Room) => (room.last_message?.has_images ? ', with images' : '')

/** From "Proceed to Checkout" to a completed order, over the public interface alone. Throws at the first step that fails. */
export async function tellStory({ marketplace, customer, farmer, ids }: Cast, tell: Tell): Promise<void> {
  await marketplace.ask('PUT', `/catalog/users/${ids.farmer}/`, { name: "Bo's Farm" })
  await marketplace.ask('PUT', `/catalog/users/${ids.customer}/`, { name: 'Ada' })
  await marketplace.ask('PUT', `/catalog/products/${ids.product}/`, {
    farmer_id: ids.farmer,
    name: 'Tomatoes',
    unit: 'kg',
  })
  tell('Marketplace', 'tells Farmgate of Ada, of Bo and of his tomatoes')

  const inbox = await farmer.openInbox()
  tell(farmer.name, `opens his chat list: ${inbox.welcome.total_unread} unread`)

  const room = await customer.ask<Room>('POST', '/chat/rooms/', {
    customer_id: ids.customer,
    farmer_id: ids.farmer,
    product_id: ids.product,
    quantity: 2.5,
    is_post_checkout: true,
    product_image_url: 'https://img.example/tomatoes.jpg',
  })
  tell(customer.name, `proceeds to checkout: room ${room.room_id}, order ${room.order_status}`)

  const lit = await inbox.next(
    'room.updated',
    (frame) => frame.room.room_id === room.room_id && frame.room.is_new_order,
  )
  tell(farmer.name, `sees it blink: NEW ORDER, ${lit.room.unread_count} unread, ${lit.room.product.name}`)
  tell('', `"${lit.room.last_message?.preview}"`)

  const shop = await customer.openRoom(room.room_id)
  const farm = await farmer.openRoom(room.room_id)
  tell(
    farmer.name,
    `opens the conversation; online: ${farm.welcome.online.length === 2 ? 'both' : farm.welcome.online}`,
  )

  farm.say({ type: 'read', seq: farm.welcome.last_seq })
  const read = await shop.next('read', (frame) => frame.user_id === ids.farmer)
  tell(customer.name, `sees that message ${read.seq} has been read`)

  farm.say({ type: 'typing', is_typing: true })
  await shop.next('typing', (frame) => frame.is_typing)
  tell(customer.name, 'sees Bo typing …')

  const says = async (from: typeof farm, to: typeof shop, name: string, body: string) => {
    const client_message_id = randomUUID()
    from.say({ type: 'message.send', client_message_id, body })
    const mine = (frame: { message: { client_message_id: string | null } }) =>
      frame.message.client_message_id === client_message_id
    await from.next('message.created', mine)
    const { message } = await to.next('message.created', mine)
    tell(name, `says: ${body}   (seq ${message.seq}, stored, and seen on the other side)`)
  }
  await says(farm, shop, farmer.name, 'Thank you! Friday at the market gate, 9 o’clock?')
  await says(shop, farm, customer.name, 'Friday is fine. I bring my own crate.')

  const photos = await Promise.all(PHOTOS.map((name) => readFile(new URL(`../photos/${name}.jpg`, import.meta.url))))
  const uploads = await Promise.all(photos.map((photo) => customer.upload(room.room_id, new Uint8Array(photo))))
  const image_ids = uploads.map((upload) => upload.image_id)
  shop.say({ type: 'message.send', client_message_id: randomUUID(), body: 'My crate, and my scale.', image_ids })
  const { message: shown } = await farm.next('message.created', (frame) => frame.message.images.length > 0)
  tell(customer.name, `sends ${shown.images.map((it) => `a photo (${it.width} × ${it.height})`).join(' and ')}`)
  const card = await inbox.next('room.updated', (frame) => frame.room.last_seq === shown.seq)
  tell(farmer.name, `sees in his chat list: "${card.room.last_message?.preview}"${imagesOf(card.room)}`)
  const seen = await Promise.all(shown.images.map((image) => farmer.look(image.url)))
  tell(
    farmer.name,
    `opens both; where they were taken was in ${withPosition(photos)} as sent, is in ${withPosition(seen)}`,
  )

  for (const order_status of ['active', 'completed'] as const) {
    await farmer.ask('PATCH', `/chat/rooms/${room.room_id}/`, { order_status })
    const step = await shop.next('order.status', (frame) => frame.order_status === order_status)
    tell(farmer.name, `moves the order on; ${customer.name} sees ${step.previous} → ${step.order_status}`)
    if (order_status === 'active') await says(farm, shop, farmer.name, 'Picked this morning, on my way.')
  }

  const { results } = await customer.ask<MessagePage>('GET', `/chat/messages/?room_id=${room.room_id}`)
  tell('History', `${results.length} messages, in one order for both:`)
  for (const message of results)
    tell('', `${message.seq}. ${message.kind.padEnd(12)} ${message.body.replaceAll('\n', ' ')}`)

  const list = await farmer.ask<RoomPage>('GET', '/chat/rooms/?limit=1')
  tell(farmer.name, `has ${list.results[0]?.order_status} on the card, new order: ${list.results[0]?.is_new_order}`)
  for (const socket of [inbox, shop, farm]) socket.close()
}
