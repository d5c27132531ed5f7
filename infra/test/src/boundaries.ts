import path from 'node:path'

/** The files of the repository by path; package.json files and sources are looked at. */
export type Tree = ReadonlyMap<string, string>

type Manifest = { name: string; dependencies: string[]; devDependencies: string[] }

/** What a package may depend on: nothing but these, tests apart. */
const CLOSED: Record<string, readonly string[]> = {
  'packages/contracts': ['zod'],
  'packages/client': ['@farmgate/contracts'],
  'packages/streams': ['ioredis'],
  'packages/outbox': ['@farmgate/streams', 'postgres'],
}

/** What reaches a database. The gateway's package.json leads to none of these, directly or through another package. */
const DATABASE = ['postgres', 'pg', 'drizzle-orm', '@farmgate/postgres', '@farmgate/outbox', '@farmgate/database']
const WITHOUT_DATABASE = 'services/ws-gateway'

/** For tests only: their packages may reach everything. */
const FOR_TESTS = ['@farmgate/testing', '@farmgate/stores', '@farmgate/database', 'vitest', 'fast-check']

/** Every place where the tree breaks the direction of the package graph, as `file: what is wrong`. */
export function boundaryFaults(tree: Tree): string[] {
  const manifests = readManifests(tree)
  const sources = [...tree].filter(([file]) => /\.tsx?$/.test(file) && folderOf(file) !== undefined)
  return [
    ...sources.flatMap(([file, text]) => importFaults(file, text, manifests)),
    ...[...manifests].flatMap(([folder, manifest]) => manifestFaults(folder, manifest, manifests)),
  ]
}

function importFaults(file: string, text: string, manifests: Map<string, Manifest>): string[] {
  const folder = folderOf(file) ?? ''
  const isTest = /\.(test|fixture)\.ts$/.test(file) || folder === 'packages/testing' || folder.startsWith('infra/')
  const faultOf = (specifier: string) =>
    specifier.startsWith('.')
      ? escapeFault(file, specifier)
      : packageFault({ file, folder, isTest }, packageOf(specifier), manifests)
  return importsOf(text).flatMap((specifier) => {
    const fault = faultOf(specifier)
    return fault ? [`${file}: ${fault}`] : []
  })
}

function escapeFault(file: string, specifier: string): string | undefined {
  const target = path.posix.join(path.posix.dirname(file), specifier)
  return folderOf(target) === folderOf(file) ? undefined : `reaches into another folder by path (${specifier})`
}

type Importer = { file: string; folder: string; isTest: boolean }

function packageFault({ file, folder, isTest }: Importer, name: string, manifests: Map<string, Manifest>) {
  if (name.startsWith('node:')) return undefined
  const target = [...manifests].find(([, manifest]) => manifest.name === name)?.[0]
  if (target === folder) return undefined
  if (target?.startsWith('services/')) return `imports the service ${name}`
  if (isTest) return undefined
  if (FOR_TESTS.includes(name)) return `imports ${name}, which is for tests`
  const { dependencies = [], devDependencies = [] } = manifests.get(folder) ?? {}
  const named = isBuiltAhead(file) ? [...dependencies, ...devDependencies] : dependencies
  if (!named.includes(name)) return `imports ${name}, which its package.json does not name`
  return undefined
}

function manifestFaults(folder: string, manifest: Manifest, manifests: Map<string, Manifest>): string[] {
  const allowed = CLOSED[folder]
  const direct = manifest.dependencies.filter((name) => !FOR_TESTS.includes(name))
  const surplus = allowed ? direct.filter((name) => !allowed.includes(name)) : []
  const database = folder === WITHOUT_DATABASE ? reachable(direct, manifests).filter((it) => DATABASE.includes(it)) : []
  const services = direct.filter((name) => folderNamed(name, manifests)?.startsWith('services/'))
  return [
    ...surplus.map((name) => `${folder}/package.json: may not depend on ${name}`),
    ...database.map((name) => `${folder}/package.json: leads to a database (${name})`),
    ...services.map((name) => `${folder}/package.json: depends on the service ${name}`),
  ]
}

/** All packages that these lead to, themselves included, but for those that only tests use. */
function reachable(names: readonly string[], manifests: Map<string, Manifest>, seen = new Set<string>()): string[] {
  for (const name of names) {
    if (seen.has(name) || FOR_TESTS.includes(name)) continue
    seen.add(name)
    const folder = folderNamed(name, manifests)
    if (folder) reachable(manifests.get(folder)?.dependencies ?? [], manifests, seen)
  }
  return [...seen]
}

/** What browsers run, and what builds it: made before anything runs, so it may need what a running service has not. */
const isBuiltAhead = (file: string) => /^services\/web\/(app|worker|src\/build)\//.test(file)

const folderNamed = (name: string, manifests: Map<string, Manifest>) =>
  [...manifests].find(([, manifest]) => manifest.name === name)?.[0]

function readManifests(tree: Tree): Map<string, Manifest> {
  const found = [...tree].filter(([file]) => file.endsWith('/package.json'))
  return new Map(
    found.map(([file, text]) => {
      const { name, dependencies = {}, devDependencies = {} } = JSON.parse(text)
      const manifest = { name, dependencies: Object.keys(dependencies), devDependencies: Object.keys(devDependencies) }
      return [path.posix.dirname(file), manifest]
    }),
  )
}

/** Static, dynamic, type and re-exporting imports alike. */
const importsOf = (text: string) =>
  [...text.matchAll(/^\s*(?:import|export|\}).*?\bfrom '([^']+)'|\bimport\(?\s*'([^']+)'/gm)].map(
    ([, from, bare]) => from ?? bare ?? '',
  )

/** `@farmgate/contracts/errors.ts` → `@farmgate/contracts` */
const packageOf = (specifier: string) =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')

/** `services/web/src/main.ts` → `services/web` */
const folderOf = (file: string) => /^(services|packages|infra)\/[^/]+/.exec(file)?.[0]
