import './notice.css'
import { Link } from 'wouter'
import { screens } from '../../src/screens.ts'
import { useTexts } from '../texts/texts.ts'
import { Screen } from './screen.tsx'

/** For a path that is no screen's; the server answered it with 404. */
export function NotFound() {
  const { notFound } = useTexts().shell
  return (
    <Screen title={notFound.title} className="notice">
      <h1>{notFound.title}</h1>
      <p>{notFound.text}</p>
      <Link href={screens.home} className="button">
        {notFound.home}
      </Link>
    </Screen>
  )
}
