import { Component, type ReactNode } from 'react'
import { useTexts } from '../texts/texts.ts'
import { Notice } from './notice.tsx'

type Props = { children: ReactNode }

/** What is shown where a screen cannot be: an error of ours, or a part of the app that did not arrive. A class: React wants it so. */
export class Broken extends Component<Props, { broken: boolean }> {
  override state = { broken: false }

  static getDerivedStateFromError() {
    return { broken: true }
  }

  override render() {
    return this.state.broken ? <BrokenNotice /> : this.props.children
  }
}

function BrokenNotice() {
  const { broken } = useTexts().shell
  return <Notice {...broken} onAgain={() => location.reload()} />
}
