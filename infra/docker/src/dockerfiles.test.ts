import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { origin, ROOT, services } from '@farmgate/start/services.ts'
import { describe, expect, test } from 'vitest'

/* What can be said of the Dockerfiles without building them; `npm run images` builds and starts them. */

const FILES = ['node.Dockerfile', 'web.Dockerfile']
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8')
const dockerfile = (name: string) => read(`infra/docker/${name}`)
const runtimeOf = (text: string) => text.slice(text.lastIndexOf('\nFROM '))

describe.each(FILES)('%s', (name) => {
  const text = dockerfile(name)
  const runtime = runtimeOf(text)

  test('its bases are pinned by digest, and the same as in the other', () => {
    const bases = (file: string) => dockerfile(file).match(/^ARG \w+_IMAGE=.*$/gm)
    expect(bases(name)).toEqual(bases('node.Dockerfile'))
    for (const base of bases(name) ?? []) expect(base).toMatch(/@sha256:[0-9a-f]{64}$/)
  })

  test('what runs is no root and needs no shell', () => {
    expect(runtime).toMatch(/^USER (?!0)\d+:\d+$/m)
    expect(runtime).not.toMatch(/^RUN /m)
    for (const word of ['ENTRYPOINT', 'CMD']) expect(runtime).toMatch(new RegExp(`^${word} \\[".*"\\]$`, 'm'))
  })

  test('its health check is in it, and in its context', () => {
    const [, file = ''] = /^HEALTHCHECK .*"\/farmgate\/([^"]+)"\]$/m.exec(runtime) ?? []
    expect(existsSync(path.join(ROOT, file))).toBe(true)
    expect(text).toMatch(new RegExp(`cp -a --parents .*${file} /image/farmgate/`))
    expect(read(`infra/docker/${name}.dockerignore`)).toContain(`!${file}\n`)
  })

  test('what it names of the repository is there', () => {
    const words = [...read(`infra/docker/${name}.dockerignore`).matchAll(/^!([^*\n]+)$/gm)].map(([, word = '']) => word)
    expect(words.filter((word) => !existsSync(path.join(ROOT, word)))).toEqual([])
  })
})

test.each([...services, origin])('the health check knows the port of $name', ({ name, port }) => {
  const [, preset] = new RegExp(`\\b${port}: port\\((\\d+)\\)`).exec(read(`services/${name}/src/config.ts`)) ?? []
  const row = new RegExp(`^ {2}'?${name}'?: \\['${port}', ${preset}\\],$`, 'm')
  expect(read('infra/docker/src/healthy.ts')).toMatch(row)
})
