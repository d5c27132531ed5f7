import { spawnSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { z } from 'zod'

const FOLDER = path.resolve(import.meta.dirname, '..')

/** One resource as it stands in a file; what it must look like is said by validate.ts. */
export type Manifest = { apiVersion: string; kind: string; metadata: { name: string } }
const manifest: z.ZodType<Manifest> = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string() }),
})

const literals = z.object({ name: z.string(), literals: z.array(z.string()) })
const kustomization = z.looseObject({
  namespace: z.string().optional(),
  resources: z.array(z.string()).default([]),
  configMapGenerator: z.array(literals).default([]),
  secretGenerator: z.array(literals).default([]),
})
type Kustomization = z.output<typeof kustomization>

/** Values by name of the map or secret. */
export type Values = Map<string, Record<string, string>>

const read = (file: string) => readFileSync(path.join(FOLDER, file), 'utf8')

export const readManifests = (yaml: string): Manifest[] =>
  parseAllDocuments(yaml).map((document) => manifest.parse(document.toJS()))

/** Those of one kind, by the guard of its model. */
export const ofKind = <Kind>(manifests: readonly unknown[], is: (value: unknown) => value is Kind): Kind[] =>
  manifests.filter(is)

export const readKustomization = (folder: string): Kustomization =>
  kustomization.parse(parse(read(`${folder}/kustomization.yaml`)))

/** The resources of the base, as they stand there. */
export const baseManifests = (): Manifest[] =>
  readKustomization('base').resources.flatMap((file) => readManifests(read(`base/${file}`)))

export const kustomizations = (): string[] =>
  globSync('{base,overlays/*,components/*}/kustomization.yaml', { cwd: FOLDER }).map((file) => path.dirname(file))

/** What the generators of a kustomization make, without the hashes in their names. */
export const generated = (generators: z.output<typeof literals>[]): Values =>
  new Map(
    generators.map(({ name, literals }) => [name, Object.fromEntries(literals.map((it) => it.split(/=(.*)/s, 2)))]),
  )

export const hasKubectl = (): boolean => spawnSync('kubectl', ['version', '--client']).status === 0

/** An overlay as `kubectl apply -k` would send it. */
export function render(folder: string): Manifest[] {
  const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', path.join(FOLDER, folder)], {
    encoding: 'utf8',
  })
  if (status !== 0) throw new Error(stderr)
  return readManifests(stdout)
}
