import * as fields from '@kubernetes/client-node'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap'
import { Namespace } from 'kubernetes-models/v1/Namespace'
import { PersistentVolumeClaim } from 'kubernetes-models/v1/PersistentVolumeClaim'
import { Service } from 'kubernetes-models/v1/Service'
import { z } from 'zod'
import type { Manifest } from './manifests.ts'

const KINDS = [
  ...[Deployment, HorizontalPodAutoscaler, Job, Ingress, NetworkPolicy, PodDisruptionBudget],
  ...[ConfigMap, Namespace, PersistentVolumeClaim, Service],
]
/** What operators define is not Kubernetes' own: nothing here knows its fields. */
const OPERATORS = ['postgresql.cnpg.io/v1', 'redis.redis.opstreelabs.in/v1beta2', 'keda.sh/v1alpha1']

/** What is wrong with a resource: types, missing fields, and fields that do not exist. */
export function faultsOf(manifest: Manifest): string[] {
  const { apiVersion, kind } = manifest
  // Secrets come out of kustomize alone, which breaks their base64 over lines: the model's format knows no lines.
  if (OPERATORS.includes(apiVersion) || kind === 'Secret') return []
  const Kind = KINDS.find((it) => it.apiVersion === apiVersion && it.kind === kind)
  if (!Kind) return [`${apiVersion} ${kind} is no kind that is known`]
  return [
    ...typeFaults(() => new Kind(manifest as never).validate()),
    ...unknownFields(manifest, classOf(manifest), kind),
  ]
}

/** The models throw. */
function typeFaults(validate: () => void): string[] {
  try {
    validate()
    return []
  } catch (error) {
    return [String(error)]
  }
}

const attributes = z.array(z.object({ baseName: z.string(), type: z.string() }))

/** Names of the client's classes begin with the version: V1Deployment, V2HorizontalPodAutoscaler. */
const classOf = ({ apiVersion, kind }: Manifest) => `${(apiVersion.split('/').at(-1) ?? '').replace('v', 'V')}${kind}`

/** Walks a value along the attributes of its class; what is no class of the client (maps, scalars) is not looked into. */
function unknownFields(value: unknown, className: string, place: string): string[] {
  const itemClass = /^Array<(.+)>$/.exec(className)?.[1]
  if (itemClass && Array.isArray(value))
    return value.flatMap((item, i) => unknownFields(item, itemClass, `${place}[${i}]`))
  const known = attributesOf(className)
  if (!known || typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => {
    const attribute = known.find(({ baseName }) => baseName === name)
    return attribute ? unknownFields(inner, attribute.type, `${place}.${name}`) : [`${place}.${name} does not exist`]
  })
}

function attributesOf(className: string) {
  const known: unknown = Object.entries(fields).find(([name]) => name === className)?.[1]
  if (typeof known !== 'function' || !('getAttributeTypeMap' in known)) return undefined
  return typeof known.getAttributeTypeMap === 'function' ? attributes.parse(known.getAttributeTypeMap()) : undefined
}
