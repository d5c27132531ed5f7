import path from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { findChromium, installChromium } from './chromium.ts'

/** Nothing of it reaches out by itself; and it runs as root, where it has no sandbox. */
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** A headless Chromium, found or installed. */
export async function openBrowser(): Promise<Browser> {
  const folders = (process.env.PATH ?? '').split(path.delimiter)
  const executablePath = await findChromium({ folders, install: installChromium })
  return chromium.launch({ executablePath, args: FLAGS })
}
