import type { ConnectionStatus } from '@farmgate/client/connection/status.ts'
import { useState } from 'react'
import { type Notice, noticeOf } from './notice.ts'

/** What is said of a connection now. */
export function useNotice({ state }: ConnectionStatus): Notice {
  const [before, setBefore] = useState<Notice>()
  const notice = noticeOf(state, before)
  if (notice !== before) setBefore(notice)
  return notice
}
