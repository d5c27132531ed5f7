import { openRoom } from '@farmgate/client/open-room.ts'
import type { LiveRoom } from '@farmgate/client/room-snapshot.ts'
import { useEffect, useState } from 'react'
import { useFarmgate, useInbox } from '../session/live.tsx'
import { useSession } from '../session/session.ts'

/** The room, live for as long as this is mounted. The list's card is shown until the room's own is here. */
export function useRoom(roomId: string): LiveRoom | null {
  const farmgate = useFarmgate()
  const inbox = useInbox()
  const { user_id } = useSession().person
  const [live, setLive] = useState<LiveRoom | null>(null)
  useEffect(() => {
    const card = inbox.getSnapshot().rooms.find((room) => room.room_id === roomId)
    const opened = openRoom(farmgate, { room_id: roomId, user_id, ...(card && { room: card }) })
    setLive(opened)
    return () => {
      setLive(null)
      void opened.close()
    }
  }, [farmgate, inbox, roomId, user_id])
  return live
}
