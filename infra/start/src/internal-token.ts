import { randomBytes } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const fileIn = (data: string) => path.join(data, 'internal-token')

/** The secret between the services of this data folder; made at its first use. */
export async function ensureInternalToken(data: string): Promise<string> {
  await mkdir(data, { recursive: true, mode: 0o700 })
  const known = await readInternalToken(data)
  if (known) return known
  const made = randomBytes(32).toString('hex')
  await writeFile(fileIn(data), made, { mode: 0o600 })
  return made
}

/** Empty where this data folder was never started. */
export const readInternalToken = (data: string): Promise<string> => readFile(fileIn(data), 'utf8').catch(() => '')
