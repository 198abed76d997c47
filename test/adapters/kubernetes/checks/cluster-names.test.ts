import assert from 'node:assert/strict'
import { test } from 'node:test'
import { clusterNameChecks } from '../../../../src/adapters/kubernetes/checks/cluster-names.ts'
import { sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText, messagesOf } from '../check-run.ts'

const claim = (name: string): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: c, namespace: shop }
spec: { storageClassName: ${name} }
---
`
const found = (text: string): readonly string[] => messagesOf(clusterNameChecks, 'X25', text)

test('the default class, a class that is set later and one that is known pass', () => {
  assert.deepEqual(found(claim("''") + claim("'${storage_class}'")), [])
  const settings = { storageClasses: ['fast'] }
  assert.deepEqual(messagesOf(clusterNameChecks, 'X25', sampleInput(claim('fast'), { settings })), [])
  const gitops = sampleManifests('kind: PriorityClass\nmetadata: { name: high }')
  const text = deploymentText({ pod: 'priorityClassName: high' })
  assert.deepEqual(messagesOf(clusterNameChecks, 'X25', sampleInput(text, { gitops })), [])
  assert.deepEqual(found(deploymentText({ pod: 'priorityClassName: system-cluster-critical' })), [])
})

test('classes of one cluster are told', () => {
  const more = `
kind: Ingress
metadata: { name: i }
spec: { ingressClassName: nginx }
---
kind: StatefulSet
metadata: { name: s }
spec: { volumeClaimTemplates: [{ spec: { storageClassName: gp3 } }] }
`
  assert.deepEqual(
    found(`${claim('standard')}${deploymentText({ pod: 'priorityClassName: high' })}${more}`),
    [
      'storageClassName is standard, a StorageClass that nothing here defines',
      'priorityClassName is high, a PriorityClass that nothing here defines',
      'ingressClassName is nginx, a IngressClass that nothing here defines',
      'storageClassName is gp3, a StorageClass that nothing here defines',
    ],
  )
})

test('nodes and addresses are told', () => {
  const service = `
kind: Service
metadata: { name: s }
spec: { clusterIP: 10.0.0.9, loadBalancerIP: 1.2.3.4, ports: [{ port: 80, nodePort: 30000 }] }
`
  const pinned = deploymentText({ pod: 'nodeName: n1\n      nodeSelector: { kubernetes.io/hostname: n2 }' })
  assert.deepEqual(found(pinned + service), [
    'nodeName is n1',
    'nodeSelector asks for the host n2',
    'clusterIP is 10.0.0.9',
    'loadBalancerIP is 1.2.3.4',
    'nodePort is 30000',
  ])
  assert.deepEqual(found(deploymentText({ pod: 'nodeSelector: { kubernetes.io/os: linux }' })), [])
})
