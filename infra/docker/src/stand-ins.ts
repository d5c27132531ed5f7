import { existsSync } from 'node:fs'
import { cp, glob, mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { type Buildah, run } from './buildah.ts'

export type StandIns = { BUILD_IMAGE: string; RUNTIME_IMAGE: string }

/** What node wants of the system, and nothing else: as in the image that the Dockerfiles name. */
const LIBRARIES = [
  'lib',
  'lib64',
  'usr/lib64/*',
  'usr/lib/*-linux-gnu/{ld-linux*,lib{c,m,dl,pthread,resolv,rt,stdc++,gcc_s,nss_dns,nss_files}.so*}',
]
const PASSWD = 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n'

/** By which this machine knows the npm registry. */
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt'

/**
 * Base images made on this machine, for where no registry can be asked: Debian by debootstrap (kept in `cache`), with this
 * machine's node and npm to build with, and its bare C libraries to run with: no shell, no package manager.
 */
export async function makeStandIns(buildah: Buildah, cache: string): Promise<StandIns> {
  const debian = path.join(cache, 'debian')
  if (!existsSync(debian)) await bootstrap(debian)
  const images = { BUILD_IMAGE: 'localhost/stand-in-build', RUNTIME_IMAGE: 'localhost/stand-in-runtime' }
  const build = await fresh(path.join(cache, 'build'))
  await run('cp', ['-a', `${debian}/.`, build])
  await addNode(build)
  await buildah.imageOf(build, images.BUILD_IMAGE, { NODE_EXTRA_CA_CERTS: CERTIFICATES })
  const runtime = await fresh(path.join(cache, 'runtime'))
  await addLibraries(debian, runtime)
  await buildah.imageOf(runtime, images.RUNTIME_IMAGE)
  return images
}

async function bootstrap(debian: string) {
  const half = await fresh(`${debian}.half`)
  await run('debootstrap', ['--variant=minbase', '--include=ca-certificates,libstdc++6', 'bookworm', half])
  await rename(half, debian)
}

/** The npm that runs us, and its node. */
async function addNode(root: string) {
  const bin = path.join(root, 'usr/local/bin')
  const npm = path.join(process.env.npm_execpath ?? '', '../..')
  await cp(process.execPath, path.join(bin, 'node'))
  await cp(npm, path.join(root, 'usr/local/lib/node_modules/npm'), { recursive: true, dereference: true })
  await symlink('../lib/node_modules/npm/bin/npm-cli.js', path.join(bin, 'npm'))
  await symlink('../lib/node_modules/npm/bin/npx-cli.js', path.join(bin, 'npx'))
  await cp(CERTIFICATES, path.join(root, CERTIFICATES))
}

async function addLibraries(debian: string, root: string) {
  for (const folder of ['etc', 'proc', 'dev', 'tmp', 'home/nonroot'])
    await mkdir(path.join(root, folder), { recursive: true })
  for await (const file of glob(LIBRARIES, { cwd: debian })) {
    await mkdir(path.dirname(path.join(root, file)), { recursive: true })
    await run('cp', ['-a', path.join(debian, file), path.join(root, file)])
  }
  await writeFile(path.join(root, 'etc/passwd'), PASSWD)
}

async function fresh(folder: string): Promise<string> {
  await rm(folder, { recursive: true, force: true })
  await mkdir(folder, { recursive: true })
  return folder
}
