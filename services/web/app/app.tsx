import { QueryClientProvider } from '@tanstack/react-query'
import { lazy, type ReactNode, Suspense } from 'react'
import { Redirect, Route, Switch } from 'wouter'
import { screens } from '../src/screens.ts'
import { DemoSession } from './session/demo-session.tsx'
import { type How, readHow } from './session/how.ts'
import { LiveProvider } from './session/live.tsx'
import { MarketplaceSession } from './session/marketplace-session.tsx'
import { createQueries } from './session/queries.ts'
import { useSession } from './session/session.ts'
import { Announcer } from './shell/announcer.tsx'
import { Broken } from './shell/broken.tsx'
import { Header } from './shell/header.tsx'
import { NotFound } from './shell/not-found.tsx'
import { Notice } from './shell/notice.tsx'
import { useTexts } from './texts/texts.ts'

// Each screen comes when it is shown.
const ChatsScreen = lazy(async () => ({ default: (await import('./chats/chats-screen.tsx')).ChatsScreen }))
const MarketScreen = lazy(async () => ({ default: (await import('./market/market-screen.tsx')).MarketScreen }))
const ProductScreen = lazy(async () => ({ default: (await import('./market/product-screen.tsx')).ProductScreen }))

const queries = createQueries()
const how = readHow(document)

/** The whole app: who uses it, what is open, and the screen of the path. */
export function App() {
  return (
    <QueryClientProvider client={queries}>
      <Broken>
        <SessionOf how={how}>
          <LiveProvider>
            <Header />
            <Suspense>
              <Screens />
            </Suspense>
          </LiveProvider>
        </SessionOf>
      </Broken>
      <Announcer />
    </QueryClientProvider>
  )
}

function SessionOf({ how, children }: { how: How; children: ReactNode }) {
  const { unconnected } = useTexts().shell
  if (how.kind === 'demo') return <DemoSession>{children}</DemoSession>
  if (how.kind === 'marketplace') return <MarketplaceSession url={how.url}>{children}</MarketplaceSession>
  return <Notice {...unconnected} />
}

function Screens() {
  const { person } = useSession()
  const hasMarket = how.kind === 'demo'
  return (
    <Switch>
      <Route path={screens.home}>
        <Redirect to={hasMarket && !person.is_farmer ? screens.market : screens.chats} replace />
      </Route>
      {hasMarket && <Route path={screens.market} component={MarketScreen} />}
      {hasMarket && <Route path={screens.product}>{(params) => <ProductScreen {...params} />}</Route>}
      <Route path={`${screens.chats}:room_id?`}>{({ room_id }) => <ChatsScreen {...(room_id && { room_id })} />}</Route>
      <Route>
        <NotFound />
      </Route>
    </Switch>
  )
}
