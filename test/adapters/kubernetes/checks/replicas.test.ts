import assert from 'node:assert/strict'
import { test } from 'node:test'
import { replicaChecks } from '../../../../src/adapters/kubernetes/checks/replicas.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'
import { deploymentText, messagesOf, problemsOf } from '../check-run.ts'

const claim = `
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data, namespace: shop }
spec: { accessModes: [ReadWriteOnce] }`
const pod = 'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }]'

test('a claim of one node wants a Deployment that is recreated: W15', () => {
  assert.match(
    messagesOf(replicaChecks, 'W15', deploymentText({ pod }) + claim).join(),
    /which its old pod holds/,
  )
  const spec = 'strategy: { type: Recreate }'
  assert.deepEqual(problemsOf(replicaChecks, 'W15', deploymentText({ pod, spec }) + claim), [])
  const shared = claim.replace('ReadWriteOnce', 'ReadWriteMany')
  assert.deepEqual(problemsOf(replicaChecks, 'W15', deploymentText({ pod }) + shared), [])
})

const spread = 'topologySpreadConstraints: [{ maxSkew: 1 }]'

test('two spread replicas pass W16', () => {
  const text = deploymentText({ spec: 'replicas: 2', pod: spread })
  assert.deepEqual(problemsOf(replicaChecks, 'W16', text), [])
})

test('W16 refuses replicas that may share a node', () => {
  const text = deploymentText({ spec: 'replicas: 2' })
  assert.deepEqual(messagesOf(replicaChecks, 'W16', text), ['its replicas may all run on one node'])
})

test('W16 wants two replicas of each service in production, and not elsewhere', () => {
  const settings = { services: ['web'] }
  const one = sampleInput(deploymentText(), { settings })
  assert.deepEqual(messagesOf(replicaChecks, 'W16', one), [
    'it is a service, and has replicas: 1 in production',
  ])
  const builds = [sampleBuild(deploymentText(), { environment: 'dev' })]
  assert.deepEqual(problemsOf(replicaChecks, 'W16', { ...one, builds, environments: ['dev'] }), [])
})

test('W16 wants a reason for one replica in production', () => {
  assert.match(
    messagesOf(replicaChecks, 'W16', deploymentText()).join(),
    /nothing says that it must be alone/,
  )
  const marked = sampleInput(deploymentText(), { settings: { singletons: { web: 'its state is in files' } } })
  assert.deepEqual(problemsOf(replicaChecks, 'W16', marked), [])
  const recreated = deploymentText({ spec: 'strategy: { type: Recreate }' })
  assert.deepEqual(problemsOf(replicaChecks, 'W16', recreated), [])
})

test('W16 refuses two listeners of a bus when nothing says that one leads', () => {
  const text = deploymentText({
    spec: 'replicas: 2',
    pod: spread,
    container: 'envFrom: [{ configMapRef: { name: config } }]',
  })
  const map =
    '{ apiVersion: v1, kind: ConfigMap, metadata: { name: config, namespace: shop }, data: { REDIS_HOST: a } }'
  assert.deepEqual(messagesOf(replicaChecks, 'W16', text + map), [
    '2 pods of it listen to one bus (REDIS_HOST), and nothing says that one of them leads',
  ])
  const led = sampleInput(text + map, { settings: { services: ['web'] } })
  assert.deepEqual(problemsOf(replicaChecks, 'W16', led), [])
})
