import { browser } from '@farmgate/client/browser/browser.ts'
import { createFarmgate, type Farmgate } from '@farmgate/client/farmgate.ts'
import type { InboxSnapshot, LiveInbox } from '@farmgate/client/inbox-snapshot.ts'
import { openInbox } from '@farmgate/client/open-inbox.ts'
import { createContext, type ReactNode, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { hush } from '../shell/announcer.tsx'
import { useSession } from './session.ts'

type Live = { farmgate: Farmgate; inbox: LiveInbox }

const LiveContext = createContext<Live | null>(null)

/** Connects the session: one client and one inbox for all screens, closed when the session ends. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const { token } = useSession()
  const [live, setLive] = useState<Live | null>(null)
  useEffect(() => {
    const farmgate = createFarmgate({ origin: location.origin, token, ...browser() })
    const inbox = openInbox(farmgate)
    setLive({ farmgate, inbox })
    return () => {
      setLive(null)
      hush()
      void inbox.close().then(() => farmgate.outbox.close())
    }
  }, [token])
  return live && <LiveContext value={live}>{children}</LiveContext>
}

/** What every operation of the client takes first. */
export const useFarmgate = (): Farmgate => useLive().farmgate

/** The one open inbox: for its `loadMore` and `setFilter`. */
export const useInbox = (): LiveInbox => useLive().inbox

/** The chat list as it is now. */
export function useInboxSnapshot(): InboxSnapshot {
  const { subscribe, getSnapshot } = useInbox()
  return useSyncExternalStore(subscribe, getSnapshot)
}

/** Over all rooms; 0 where nobody is signed in. */
export function useTotalUnread(): number {
  const inbox = useContext(LiveContext)?.inbox
  return useSyncExternalStore(inbox?.subscribe ?? never, () => inbox?.getSnapshot().total_unread ?? 0)
}

function useLive(): Live {
  const live = useContext(LiveContext)
  if (!live) throw new Error('not connected')
  return live
}

const never = () => () => undefined
