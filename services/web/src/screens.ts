/**
 * The paths of the app's own screens, for its router and for the server that answers each of them with the app. A path
 * with a parameter stands after those it would swallow.
 */
export const screens = {
  home: '/',
  market: '/market/',
  product: '/market/:product_id/',
  chats: '/chats/',
  chat: '/chats/:room_id/',
} as const

export const productPath = (productId: string) => `/market/${encodeURIComponent(productId)}/`

export const chatPath = (roomId: string) => `/chats/${encodeURIComponent(roomId)}/`
