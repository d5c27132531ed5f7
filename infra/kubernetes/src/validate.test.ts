import { expect, test } from 'vitest'
import { readManifests } from './manifests.ts'
import { faultsOf } from './validate.ts'

const service = (ports: string) => `{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {ports: ${ports}}}`

test.each([
  ['nothing', '[{port: 80}]', []],
  ['a wrong type', '[{port: eighty}]', [expect.stringContaining('port')]],
  ['a missing field', '[{name: http}]', [expect.stringContaining('port')]],
  ['a field that does not exist', '[{port: 80, prot: TCP}]', ['Service.spec.ports[0].prot does not exist']],
])('%s is found', (_, ports, faults) => {
  expect(readManifests(service(ports)).flatMap(faultsOf)).toEqual(faults)
})

test('a kind that nobody knows is found', () => {
  expect(readManifests('{apiVersion: v1, kind: Servise, metadata: {name: s}}').flatMap(faultsOf)).toHaveLength(1)
})
