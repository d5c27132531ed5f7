import { changeOrderStatus } from '@farmgate/client/http/change-order-status.ts'
import type { OrderStatus } from '@farmgate/contracts/order-status.ts'
import { useState } from 'react'
import { useFarmgate } from '../session/live.tsx'
import { useTexts } from '../texts/texts.ts'
import { ConfirmDialog } from './confirm-dialog.tsx'

const NEXT = { new: 'active', active: 'completed', completed: undefined } as const

type Props = {
  roomId: string
  status: OrderStatus | null
  /** The last step is done: the button is gone, and the focus with it. */
  onCompleted: () => void
}

/** The farmer's button: the next step of the order. The last one is asked about first. */
export function NextStep({ roomId, status, onCompleted }: Props) {
  const { head } = useTexts().conversation
  const farmgate = useFarmgate()
  const [isAsking, setAsking] = useState(false)
  const [isPending, setPending] = useState(false)
  const [failed, setFailed] = useState(false)
  const take = async (step: OrderStatus) => {
    setPending(true)
    setFailed(false)
    try {
      const { order_status } = await changeOrderStatus(farmgate, roomId, step)
      if (order_status === 'completed') onCompleted()
    } catch {
      setFailed(true)
    } finally {
      setPending(false)
    }
  }
  const step = status && NEXT[status]
  if (!step) return null
  return (
    <div className="next-step">
      <button
        type="button"
        className="button"
        aria-disabled={isPending}
        onClick={() => !isPending && (step === 'completed' ? setAsking(true) : void take(step))}
      >
        {head.step[step]}
      </button>
      {failed && <p role="alert">{head.failed}</p>}
      {isAsking && (
        <ConfirmDialog
          texts={head.complete}
          onNo={() => setAsking(false)}
          onYes={() => {
            setAsking(false)
            void take(step)
          }}
        />
      )}
    </div>
  )
}
