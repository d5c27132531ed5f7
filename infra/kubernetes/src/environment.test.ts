import { readFileSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { readConfig } from '@farmgate/service-kit/config.ts'
import { origin, ROOT, services } from '@farmgate/start/services.ts'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { describe, expect, test } from 'vitest'
import type { z } from 'zod'
import { baseManifests, generated, ofKind, readKustomization } from './manifests.ts'

/* What the manifests give a process is what it reads, and enough to start with in production. */

type Env = Record<string, string>
type Described = { shape?: z.ZodRawShape; shapeFor?(env: Env): z.ZodRawShape }

const base = readKustomization('base')
const maps = generated(base.configMapGenerator)
/** The secrets are made elsewhere; the local overlay names what is in them. */
const secrets = generated(readKustomization('overlays/local').secretGenerator)
const deployments = ofKind(baseManifests(), Deployment.is)

/** A shape is data, and importing it starts nothing: the one place where a test looks into a service. */
async function shapeOf(service: string, env: Env): Promise<z.ZodRawShape> {
  const file = pathToFileURL(path.join(ROOT, 'services', service, 'src/config.ts'))
  const { shape, shapeFor }: Described = await import(file.href)
  return shape ?? shapeFor?.(env) ?? {}
}

function givenTo(name: string): Env {
  const container = deployments.find((it) => it.metadata?.name === name)?.spec?.template.spec?.containers[0]
  const sources = container?.envFrom ?? []
  const values = sources.map(({ configMapRef, secretRef }) => {
    const found = configMapRef ? maps.get(configMapRef.name ?? '') : secrets.get(secretRef?.name ?? '')
    if (!found) throw new Error(`${name}: nothing makes ${configMapRef?.name ?? secretRef?.name}`)
    return found
  })
  const own = (container?.env ?? []).map(({ name, value = '' }) => [name, value])
  return Object.assign({}, ...values, Object.fromEntries(own))
}

/** What the image itself sets, what is for glibc apart. */
function setByImage(name: string): Env {
  const file = path.join(ROOT, 'infra/docker', name === 'web' ? 'web.Dockerfile' : 'node.Dockerfile')
  const [, lines = ''] = /^ENV ((?:.*\\\n)*.*)$/m.exec(readFileSync(file, 'utf8')) ?? []
  const pairs = [...lines.matchAll(/([A-Z_]+)=(\S+)/g)].map(([, key = '', value = '']): [string, string] => [
    key,
    value,
  ])
  return Object.fromEntries(pairs.filter(([key]) => !key.startsWith('MALLOC_')))
}

describe.each([...services, origin])('$name', ({ name, port, nodeFlags }) => {
  const { NODE_OPTIONS, ...env }: Env = { ...setByImage(name), ...givenTo(name) }

  test('Node is told what infra/start tells it', () => expect(NODE_OPTIONS).toEqual(nodeFlags?.join(' ')))

  test('reads every variable that it is given', async () => {
    const shape = await shapeOf(name, env)
    expect(Object.keys(env).filter((variable) => !(variable in shape))).toEqual([])
  })

  test('is given every variable that it must have in production, and listens where it is looked for', async () => {
    const config: Record<string, unknown> = readConfig(await shapeOf(name, env), env)
    expect(config.NODE_ENV).toBe('production')
    const container = deployments.find((it) => it.metadata?.name === name)?.spec?.template.spec?.containers[0]
    expect(container?.ports?.map(({ containerPort }) => containerPort)).toEqual([config[port]])
  })
})
