import assert from 'node:assert/strict'
import { test } from 'node:test'
import { quotaChecks } from '../../../../src/adapters/kubernetes/checks/quota.ts'
import { deploymentText, messagesOf, serviceText } from '../check-run.ts'

const quota = (hard: string, more = ''): string => `
apiVersion: v1
kind: ResourceQuota
metadata: { name: q, namespace: shop }
spec: { hard: ${hard}${more} }
---
`
const RESOURCES = 'resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 200m, memory: 64Mi } }'
const web = (container = RESOURCES): string => deploymentText({ spec: 'replicas: 2', container })
const found = (text: string): readonly string[] => messagesOf(quotaChecks, 'X24', text)

test('a quota that admits a rollout passes, to the last millicore', () => {
  assert.deepEqual(
    found(web() + quota('{ requests.cpu: 300m, limits.cpu: 600m, memory: 192Mi, pods: 3 }')),
    [],
  )
})

test('a quota that stops the surge is told, line by line', () => {
  assert.deepEqual(found(web() + quota('{ cpu: 299m, limits.memory: 128Mi, pods: 2, services: 1 }')), [
    'cpu is 299m, and everything with the surge of a rollout takes 0.3',
    'limits.memory is 128Mi, and everything with the surge of a rollout takes 192Mi',
    'pods is 2, and everything with the surge of a rollout takes 3',
  ])
})

test('claims and objects are counted', () => {
  const claim = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: c, namespace: shop }
spec: { resources: { requests: { storage: 2Gi } } }
---
`
  const set = `
apiVersion: apps/v1
kind: StatefulSet
metadata: { name: db, namespace: shop }
spec:
  replicas: 2
  volumeClaimTemplates: [{ spec: { resources: { requests: { storage: 1Gi } } } }]
---
`
  const hard =
    '{ requests.storage: 3Gi, persistentvolumeclaims: 2, count/services: 0, count/statefulsets.apps: 1 }'
  assert.deepEqual(found(claim + set + serviceText('web') + quota(hard)), [
    'requests.storage is 3Gi, and everything with the surge of a rollout takes 4096Mi',
    'persistentvolumeclaims is 2, and everything with the surge of a rollout takes 3',
    'count/services is 0, and everything with the surge of a rollout takes 1',
  ])
})

test('a namespace without a quota, and a container that the quota refuses, are told', () => {
  assert.deepEqual(found(web()), ['namespace shop has no ResourceQuota'])
  assert.deepEqual(found(web('') + quota('{ limits.memory: 1Gi }')), [
    'container main has no limits of memory, so that the quota refuses it',
  ])
})

test('a quota for some pods is not for all', () => {
  assert.deepEqual(found(web() + quota('{ pods: 1 }', ', scopes: [BestEffort]')), [])
})

test('containers outside of the LimitRange are told', () => {
  const range = `
apiVersion: v1
kind: LimitRange
metadata: { name: r, namespace: shop }
spec: { limits: [{ type: Container, min: { cpu: 150m }, max: { cpu: 1 } }] }
---
`
  assert.deepEqual(found(web() + quota('{ pods: 9 }') + range), [
    'container main: requests of cpu is 0.1, below the least, 0.15',
  ])
})
