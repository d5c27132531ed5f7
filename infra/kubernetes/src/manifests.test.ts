import { origin, services } from '@farmgate/start/services.ts'
import { Deployment } from 'kubernetes-models/apps/v1/Deployment'
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2/HorizontalPodAutoscaler'
import { Job } from 'kubernetes-models/batch/v1/Job'
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1/Ingress'
import { NetworkPolicy } from 'kubernetes-models/networking.k8s.io/v1/NetworkPolicy'
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget'
import { Service } from 'kubernetes-models/v1/Service'
import { describe, expect, test } from 'vitest'
import { baseManifests, hasKubectl, kustomizations, ofKind, render } from './manifests.ts'
import { faultsOf } from './validate.ts'

const base = baseManifests()
const deployments = ofKind(base, Deployment.is)
const labels = [...deployments, ...ofKind(base, Job.is)].map((it) => it.spec?.template.metadata?.labels ?? {})
const podsOf = (selector: Record<string, string> = {}) =>
  labels.filter((own) => Object.entries(selector).every(([name, value]) => own[name] === value))
const named = (name: string) => ({ 'app.kubernetes.io/name': name })

test('each resource of the base is what Kubernetes knows', () => {
  expect(base.length).toBeGreaterThan(20)
  expect(base.flatMap(faultsOf)).toEqual([])
})

test.skipIf(!hasKubectl()).each(kustomizations().filter((folder) => folder.startsWith('overlays/')))(
  '%s renders, and each resource of it is what Kubernetes knows',
  (overlay) => {
    const rendered = render(overlay)
    expect(ofKind(rendered, Deployment.is)).toHaveLength(4)
    expect(rendered.flatMap(faultsOf)).toEqual([])
  },
)

describe.each([...services, origin])('$name', ({ name }) => {
  const deployment = deployments.find((it) => it.metadata?.name === name)
  const container = deployment?.spec?.template.spec?.containers[0]
  const port = container?.ports?.[0]
  const service = ofKind(base, Service.is).find((it) => it.metadata?.name === name)

  test('its deployment selects its own pods', () => {
    expect(podsOf(deployment?.spec?.selector.matchLabels)).toEqual([expect.objectContaining(named(name))])
    for (const constraint of deployment?.spec?.template.spec?.topologySpreadConstraints ?? [])
      expect(constraint.labelSelector?.matchLabels).toEqual(named(name))
  })

  test('its service leads to it', () => {
    expect(podsOf(service?.spec?.selector)).toEqual([expect.objectContaining(named(name))])
    expect(service?.spec?.ports?.map(({ port, targetPort }) => [port, targetPort])).toEqual([
      [port?.containerPort, port?.name],
    ])
  })

  test('its probes ask its port', () => {
    const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe]
    expect(probes.map((probe) => probe?.httpGet?.port)).toEqual([port?.name, port?.name, port?.name])
    expect(container?.livenessProbe?.httpGet?.path).toBe('/healthz')
  })

  test('it has a budget and an autoscaler', () => {
    const budgets = ofKind(base, PodDisruptionBudget.is).filter((it) => it.metadata?.name === name)
    expect(budgets.map((it) => it.spec?.selector?.matchLabels)).toEqual([named(name)])
    const scalers = ofKind(base, HorizontalPodAutoscaler.is).filter((it) => it.metadata?.name === name)
    expect(scalers.map((it) => it.spec?.scaleTargetRef.name)).toEqual([name])
  })

  test('it is no root, may write to no root, and may become nobody else', () => {
    expect(deployment?.spec?.template.spec?.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 65532 })
    expect(container?.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    })
  })
})

test('each path of the ingress leads to a service, by the table of the one origin', () => {
  const paths = ofKind(base, Ingress.is).flatMap(
    (it) => it.spec?.rules?.flatMap((rule) => rule.http?.paths ?? []) ?? [],
  )
  expect(Object.fromEntries(paths.map(({ path, backend }) => [path, backend.service?.name]))).toEqual({
    '/chat/rooms': 'rooms-api',
    '/catalog': 'rooms-api',
    '/chat/messages': 'messages-api',
    '/chat/images': 'messages-api',
    '/ws': 'ws-gateway',
    '/': 'web',
  })
})

describe('network policies', () => {
  const policies = ofKind(base, NetworkPolicy.is)
  const egressOf = (name: string) =>
    policies
      .filter((it) => podsOf(it.spec?.podSelector?.matchLabels).some((own) => own['app.kubernetes.io/name'] === name))
      .flatMap((it) => it.spec?.egress ?? [])
  const postgres = { port: 5432 }

  test('each selects pods that there are', () => {
    for (const policy of policies) expect(podsOf(policy.spec?.podSelector?.matchLabels)).not.toEqual([])
  })

  test('everything is forbidden that is not allowed', () => {
    const closed = policies.find((it) => it.metadata?.name === 'default-deny')
    expect(closed?.spec).toMatchObject({ policyTypes: ['Ingress', 'Egress'] })
    expect(podsOf(closed?.spec?.podSelector?.matchLabels)).toHaveLength(labels.length)
  })

  test('only who keeps facts reaches Postgres: the gateway and web do not', () => {
    const reach = (name: string) =>
      egressOf(name).some(({ ports = [] }) => ports.length === 0 || ports.some(({ port }) => port === postgres.port))
    const names = labels.map((own) => own['app.kubernetes.io/name'] ?? '')
    expect(names.filter(reach).toSorted()).toEqual(['messages-api', 'migrate', 'rooms-api'])
  })
})
