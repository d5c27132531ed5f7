import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'

const fileIn = (data: string) => path.join(data, 'redis-url')

/** Our own Redis has another port at each start: where it is now, for what an operator runs beside us. */
export const keepRedisUrl = (data: string, url: string): Promise<void> => writeFile(fileIn(data), url, { mode: 0o600 })

/** Empty where this data folder was never started. */
export const readRedisUrl = (data: string): Promise<string> => readFile(fileIn(data), 'utf8').catch(() => '')
