import type { Message } from '@farmgate/contracts/messages.ts'
import type { Room } from '@farmgate/contracts/rooms.ts'
import { useTexts } from '../texts/texts.ts'
import { Bubble } from './bubble.tsx'
import { useConversation } from './conversation-context.ts'
import { MessageText } from './message-text.tsx'
import { ProductPicture } from './product-picture.tsx'
import type { Row } from './rows.ts'

/** The first message of an order: the product's picture, and the words that checkout wrote. */
export function OrderCard({ message, room, row }: { message: Message; room: Room; row: Row }) {
  const texts = useTexts().conversation.message
  const { names } = useConversation()
  const [picture] = message.images
  return (
    <Bubble name={row.own ? texts.you : (names[message.sender_id] ?? '')} row={row}>
      <div className="order-card">
        <ProductPicture url={picture?.url ?? room.product.image_url} name={room.product.name} />
        <div>
          <strong className="order-card-title">{texts.ordered(room.product.name)}</strong>
          <MessageText text={message.body} />
        </div>
      </div>
    </Bubble>
  )
}
