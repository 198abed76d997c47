import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  actionOf,
  portOf,
  probeOf,
  probedContainers,
} from '../../../../src/adapters/kubernetes/checks/container-probes.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleManifests } from '../audit-sample.ts'

test('probes that do the same are the same, however often they do it', () => {
  const often = { httpGet: { path: '/a', port: 'http' }, periodSeconds: 1 }
  assert.equal(actionOf(often), actionOf({ httpGet: { path: '/a', port: 'http' } }))
  const actions = [
    often,
    { httpGet: { path: '/b', port: 'http' } },
    { tcpSocket: { port: 80 } },
    { grpc: { port: 80 } },
    { exec: { command: ['true'] } },
  ]
  assert.equal(new Set(actions.map(actionOf)).size, actions.length)
})

test('a port is a name or a number, of each kind of handler', () => {
  assert.equal(portOf({ httpGet: { port: 'http' } }), 'http')
  assert.equal(portOf({ tcpSocket: { port: 6379 } }), 6379)
  assert.equal(portOf({ exec: { command: ['true'] } }), undefined)
})

test('a probe that is not set is null', () => {
  assert.equal(probeOf({}, 'livenessProbe'), null)
  assert.deepEqual(probeOf({ livenessProbe: { periodSeconds: 5 } }, 'livenessProbe'), { periodSeconds: 5 })
})

const probed = (kind: string, containers: string): readonly string[] => {
  const text = `
apiVersion: apps/v1
kind: ${kind}
metadata: { name: a }
spec: { template: { spec: { ${containers} } } }`
  return workloadsOf(sampleManifests(text)).flatMap((each) => probedContainers(each).map(({ name }) => name))
}

test('only what runs for good is probed: the only container, those with ports, and sidecars with ports', () => {
  assert.deepEqual(probed('Deployment', 'containers: [{ name: a }]'), ['a'])
  assert.deepEqual(probed('Job', 'containers: [{ name: a }]'), [])
  const ports = 'ports: [{ containerPort: 1 }]'
  const first = `initContainers: [{ name: init, ${ports} }, { name: side, restartPolicy: Always, ${ports} }]`
  assert.deepEqual(probed('Deployment', `${first}, containers: [{ name: a, ${ports} }, { name: log }]`), [
    'side',
    'a',
  ])
})
