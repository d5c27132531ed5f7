import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Redirect, Route, Switch } from 'wouter'
import { screens } from '../src/screens.ts'
import { ChatsScreen } from './chats/chats-screen.tsx'
import { DemoSession } from './session/demo-session.tsx'
import { LiveProvider } from './session/live.tsx'
import { useSession } from './session/session.ts'
import { Announcer } from './shell/announcer.tsx'
import { Header } from './shell/header.tsx'
import { NotFound } from './shell/not-found.tsx'

const queries = new QueryClient()

/** The whole app: who uses it, what is open, and the screen of the path. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <DemoSession>
        <LiveProvider>
          <Header />
          <Screens />
        </LiveProvider>
      </DemoSession>
      <Announcer />
    </QueryClientProvider>
  )
}

function Screens() {
  const { person } = useSession()
  return (
    <Switch>
      <Route path={screens.home}>
        <Redirect to={person.is_farmer ? screens.chats : screens.market} replace />
      </Route>
      <Route path={`${screens.chats}:room_id?`}>{({ room_id }) => <ChatsScreen {...(room_id && { room_id })} />}</Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}
