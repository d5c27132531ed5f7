import { globSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const toBrotli = promisify(brotliCompress)
const toGzip = promisify(gzip)

/** Fonts and pictures of that kind are compressed already. */
const TEXT = '**/*.{js,css,svg}'

/** Puts a .br and a .gz beside each text file, so that serving costs no CPU. */
export async function compressTexts(folder: string): Promise<void> {
  await Promise.all(globSync(TEXT, { cwd: folder }).map((file) => compress(path.join(folder, file))))
}

async function compress(file: string) {
  const text = await readFile(file)
  const params = { [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  await writeFile(`${file}.br`, await toBrotli(text, { params }))
  await writeFile(`${file}.gz`, await toGzip(text, { level: 9 }))
}
