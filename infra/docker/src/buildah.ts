import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { z } from 'zod'

/** What an image says of the process in it. */
export type ImageConfig = z.output<typeof imageConfig>

const imageConfig = z.object({
  User: z.string(),
  WorkingDir: z.string(),
  Env: z.array(z.string()),
  Entrypoint: z.array(z.string()),
  Cmd: z.array(z.string()),
  Healthcheck: z.object({ Test: z.array(z.string()) }),
})
const inspected = z.object({ Docker: z.object({ config: imageConfig }) })

export type BuildOptions = { file: string; tag: string; context: string; args: Record<string, string> }

export type Buildah = Awaited<ReturnType<typeof openBuildah>>

/**
 * Buildah with a storage of its own in `dir`: it builds Dockerfiles without an engine, by chroot. Needs root.
 *
 * @throws Error with the end of what it printed where it fails.
 */
export async function openBuildah(dir: string) {
  await mkdir(dir, { recursive: true })
  const place = ['--storage-driver', 'vfs', '--root', path.join(dir, 'storage'), '--runroot', path.join(dir, 'run')]
  const buildah = (...words: string[]) => run('buildah', [...place, ...words])

  return {
    /** An image out of a folder, as a base for others. */
    async imageOf(folder: string, tag: string, env: Record<string, string> = {}) {
      const container = await buildah('from', '--pull-never', 'scratch')
      await buildah('add', '--quiet', container, folder, '/')
      const settings = Object.entries(env).flatMap(([name, value]) => ['--env', `${name}=${value}`])
      if (settings.length > 0) await buildah('config', ...settings, container)
      await buildah('commit', '--quiet', '--rm', container, tag)
    },

    async build({ file, tag, context, args }: BuildOptions) {
      const given = Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`])
      const plain = ['--isolation', 'chroot', '--format', 'docker', '--pull-never', '--quiet']
      const ignore = ['--ignorefile', `${file}.dockerignore`]
      await buildah('bud', ...plain, ...ignore, ...given, '--file', file, '--tag', tag, context)
    },

    /** The image's files in a folder, and what it says of its process. */
    async unpack(tag: string): Promise<{ root: string; config: ImageConfig }> {
      const container = await buildah('from', '--pull-never', tag)
      const root = await buildah('mount', container)
      const { Docker } = inspected.parse(JSON.parse(await buildah('inspect', container)))
      return { root, config: Docker.config }
    },

    /** Every container and image of this storage goes. */
    async close() {
      await buildah('rm', '--all')
      await buildah('rmi', '--all', '--force')
    },
  }
}

/** Its output, without the line feed at the end. */
export async function run(command: string, words: readonly string[]): Promise<string> {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let output = ''
  let printed = ''
  child.stdout.on('data', (part) => {
    output += part
    printed += part
  })
  child.stderr.on('data', (part) => {
    printed += part
  })
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} ${words.join(' ')}\n${printed.trim().split('\n').slice(-20).join('\n')}`)
  return output.trim()
}
