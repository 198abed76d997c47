import assert from 'node:assert/strict'
import { test } from 'node:test'
import { volumeChecks } from '../../../../src/adapters/kubernetes/checks/volumes.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const claimText = (name = 'data', mode = 'ReadWriteOnce'): string => `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: ${name}, namespace: shop }
spec: { accessModes: [${mode}] }
---
`
const pod = 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]'
const container = 'volumeMounts: [{ name: data, mountPath: /data }]'
const web = deploymentText({ pod, container })

test('a mount of a volume of a claim passes X09 and X10', () => {
  for (const id of ['X09', 'X10']) assert.deepEqual(problemsOf(volumeChecks, id, web + claimText()), [], id)
})

test('X09 refuses mounts without volumes, volumes without mounts or claims, and claims without pods', () => {
  assert.match(messagesOf(volumeChecks, 'X09', deploymentText({ container })).join(), /no volume of the pod/)
  assert.deepEqual(messagesOf(volumeChecks, 'X09', deploymentText({ pod }) + claimText()), [
    'no container mounts its volume data',
  ])
  assert.deepEqual(messagesOf(volumeChecks, 'X09', web), ['its claim data is not rendered'])
  assert.deepEqual(messagesOf(volumeChecks, 'X09', claimText()), ['no pod uses it'])
})

test('X09 refuses two volumes at one path', () => {
  const twice = 'volumeMounts: [{ name: data, mountPath: /data }, { name: data, mountPath: /data }]'
  const text = deploymentText({ pod, container: twice }) + claimText()
  assert.deepEqual(messagesOf(volumeChecks, 'X09', text), [
    'container main: two volumes are mounted at /data',
  ])
})

test('a StatefulSet mounts its templates, and a claim may be written for one of them', () => {
  const text = deploymentText({ container, spec: 'volumeClaimTemplates: [{ metadata: { name: data } }]' })
  const stateful = text.replace('kind: Deployment', 'kind: StatefulSet')
  assert.deepEqual(problemsOf(volumeChecks, 'X09', stateful + claimText('data-web-0')), [])
  assert.equal(problemsOf(volumeChecks, 'X09', stateful + claimText('data-web-old')).length, 1)
})

test('X10 refuses replicas, two workloads and overlapping runs on a claim of one node', () => {
  const replicas = deploymentText({ pod, container, spec: 'replicas: 2' })
  assert.match(messagesOf(volumeChecks, 'X10', replicas + claimText()).join(), /Deployment web \(2\)/)
  const two = web + deploymentText({ name: 'api', pod, container })
  assert.match(messagesOf(volumeChecks, 'X10', two + claimText()).join(), /web \(1\), Deployment api \(1\)/)
  const daily = (policy: string) => `
apiVersion: batch/v1
kind: CronJob
metadata: { name: dump, namespace: shop }
spec: { ${policy} jobTemplate: { spec: { template: { spec: { ${pod}, containers: [{ name: a, ${container} }] } } } } }
---
`
  assert.equal(problemsOf(volumeChecks, 'X10', daily('') + claimText()).length, 1)
  assert.deepEqual(problemsOf(volumeChecks, 'X10', daily('concurrencyPolicy: Forbid,') + claimText()), [])
  const twice =
    daily('concurrencyPolicy: Forbid,') + daily('concurrencyPolicy: Forbid,').replace('dump', 'check')
  assert.deepEqual(
    problemsOf(volumeChecks, 'X10', twice + claimText()),
    [],
    'the later waits for the earlier',
  )
  assert.equal(problemsOf(volumeChecks, 'X10', web + twice + claimText()).length, 1)
})

test('a claim of many nodes may be used by many', () => {
  const text = deploymentText({ pod, container, spec: 'replicas: 2' }) + claimText('data', 'ReadWriteMany')
  assert.deepEqual(problemsOf(volumeChecks, 'X10', text), [])
})
