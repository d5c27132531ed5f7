import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

const addresses = z.object({ REDIS_URL: z.string(), ROOMS_API_URL: z.string(), MESSAGES_API_URL: z.string() }).partial()

/** Where what an operator works on is, by the names of the variables that say so. */
export type Addresses = z.output<typeof addresses>

const fileIn = (data: string) => path.join(data, 'addresses.json')

/** Ports are chosen by whoever starts, that of our own Redis anew each time: for what an operator runs beside us. */
export const keepAddresses = (data: string, { REDIS_URL, ROOMS_API_URL, MESSAGES_API_URL }: Addresses): Promise<void> =>
  writeFile(fileIn(data), JSON.stringify({ REDIS_URL, ROOMS_API_URL, MESSAGES_API_URL }), { mode: 0o600 })

/** Of the last start; empty where this data folder was never started. */
export async function readAddresses(data: string): Promise<Addresses> {
  const text = await readFile(fileIn(data), 'utf8').catch(() => '{}')
  return addresses.parse(JSON.parse(text))
}
