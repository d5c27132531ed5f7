import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type Child, startChild } from '@farmgate/stores/child.ts'
import type { ImageConfig } from './buildah.ts'

type Unpacked = { root: string; config: ImageConfig }
type Env = Record<string, string>

/**
 * In a mount namespace of its own: the root for reading only, writable memory at /tmp and /data, and the image's user.
 * $0 is the root, $1 its folder, $2 its uid:gid; what follows is the command.
 */
const CONTAINED = `
root=$0 folder=$1 user=$2; shift 2
mount --bind "$root" "$root"
mount --bind /dev "$root/dev"
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
[ ! -d "$root/data" ] || mount -t tmpfs -o "uid=\${user%:*},gid=\${user#*:}" tmpfs "$root/data"
mount -o remount,bind,ro "$root"
exec unshare --root="$root" --wd="$folder" --setgid="\${user#*:}" --setuid="\${user%:*}" -- "$@"`

/** Starts an image's own command as its user, on its files, as a container with a read-only root would. Needs root. */
export const startImage = (image: Unpacked, env: Env): Promise<Child> => {
  const { Entrypoint, Cmd } = image.config
  const words = contained(image, [...Entrypoint, ...Cmd])
  return startChild('unshare', words, { env: envOf(image, env), stdio: 'inherit', onOrphaned: 'SIGTERM' })
}

/** Runs a command in an image to its end, and answers its exit code. */
export async function runInImage(image: Unpacked, command: readonly string[], env: Env): Promise<number> {
  const child = spawn('unshare', contained(image, command), { env: envOf(image, env), stdio: 'inherit' })
  const [code] = await once(child, 'close')
  return code ?? 1
}

/** The words of the image's own health check, without the leading CMD. */
export const healthCheckOf = ({ config }: Unpacked): string[] => config.Healthcheck.Test.slice(1)

const contained = ({ root, config }: Unpacked, command: readonly string[]) => [
  ...['--mount', '--', 'sh', '-ec', CONTAINED, root, config.WorkingDir, config.User],
  ...command,
]

const envOf = ({ config }: Unpacked, env: Env) => ({
  PATH: process.env.PATH,
  ...Object.fromEntries(config.Env.map((line) => line.split(/=(.*)/s, 2))),
  ...env,
})
