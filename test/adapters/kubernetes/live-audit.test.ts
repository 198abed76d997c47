import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditCluster } from '../../../src/adapters/kubernetes/live-audit.ts'
import type { Answer, Ask } from '../../../src/adapters/kubernetes/live-cluster.ts'
import { sampleBuild, sampleInput, sampleManifests } from './audit-sample.ts'

const overlay = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cdb-risk, namespace: cdb-trading }
spec: { replicas: 2 }
---
apiVersion: v1
kind: Service
metadata: { name: cdb-risk, namespace: cdb-trading }
spec: { selector: { app.kubernetes.io/name: cdb-risk } }
`

const deployment = (ready: number): string => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: cdb-risk, namespace: cdb-trading, generation: 3 }
spec: { replicas: 2 }
status: { observedGeneration: 3, readyReplicas: ${ready}, updatedReplicas: 2 }
`

const endpoints = (ready: boolean): string => `
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata:
  { name: cdb-risk-x, namespace: cdb-trading, labels: { kubernetes.io/service-name: cdb-risk } }
endpoints: [{ conditions: { ready: ${ready} } }]
`

const pod = (restarts: number): string => `
apiVersion: v1
kind: Pod
metadata: { name: cdb-risk-1, namespace: cdb-trading }
status: { containerStatuses: [{ restartCount: ${restarts} }] }
`

const sync = (ready: string, id = 'cdb-trading_cdb-risk_apps_Deployment'): string => `
apiVersion: kustomize.toolkit.fluxcd.io/v1
kind: Kustomization
metadata: { name: cdb-services-prod, namespace: flux-system }
spec: { path: ./k8s/overlays/prod }
status:
  conditions: [{ type: Ready, status: '${ready}', message: a field is wrong }]
  inventory: { entries: [{ id: ${id}, v: v1 }, { id: cdb-trading_cdb-risk__Service, v: v1 }] }
`

type Cluster = Readonly<{ objects?: string; flux?: string | null; dry?: Answer }>

const ok = (stdout: string): Answer => ({ code: 0, stdout, stderr: '' })
const listed = (yaml: string): Answer =>
  ok(JSON.stringify({ items: sampleManifests(yaml).map(({ value }) => value) }))

/** A cluster in memory: what it holds of an environment, and of Flux, which null leaves out. */
const clusterOf =
  ({ objects = '', flux = null, dry = ok('') }: Cluster): Ask =>
  (args) => {
    const words = args.join(' ')
    if (words.startsWith('get --raw')) return Promise.resolve(ok('ok'))
    if (args[0] === 'apply') return Promise.resolve(dry)
    if (!words.includes('fluxcd.io')) return Promise.resolve(listed(objects))
    const absent = { code: 1, stdout: '', stderr: `error: the server doesn't have a resource type "x"` }
    return Promise.resolve(flux === null ? absent : listed(flux))
  }

const healthy = `${deployment(2)}---${endpoints(true)}---${pod(0)}`
const input = sampleInput(overlay)

async function messagesOf(id: string, cluster: Cluster): Promise<readonly string[] | undefined> {
  return (await auditCluster(input, clusterOf(cluster))).get(id)?.map(({ message }) => message)
}

test('a cluster that takes the build, runs it and has it from Flux has no problem', async () => {
  const found = await auditCluster(input, clusterOf({ objects: healthy, flux: sync('True') }))
  assert.deepEqual(
    [...found],
    [
      ['L01', []],
      ['L03', []],
      ['L04', []],
    ],
  )
})

test('a cluster that does not answer is a problem of each check', async () => {
  const found = await auditCluster(input, () =>
    Promise.resolve({ code: 1, stdout: '', stderr: 'The connection to the server was refused\n' }),
  )
  assert.deepEqual([...found.keys()], ['L01', 'L03', 'L04'])
  for (const [problem] of found.values()) assert.match(problem?.message ?? '', /connection .* refused/)
})

test('L01: a refusal and a warning of the API server are problems', async () => {
  const stderr =
    'Warning: would violate PodSecurity\nError from server (NotFound): namespaces "x" not found\n'
  const messages = await messagesOf('L01', { dry: { code: 1, stdout: '', stderr } })
  assert.deepEqual(messages, stderr.trim().split('\n'))
  const warned = await messagesOf('L01', { dry: { code: 0, stdout: '', stderr: 'Warning: old\n' } })
  assert.deepEqual(warned, ['Warning: old'])
})

test('L01: a refusal without a word is one', async () => {
  assert.equal((await messagesOf('L01', { dry: { code: 1, stdout: '', stderr: '' } }))?.length, 1)
})

test('L03: it is not run where nothing is deployed', async () => {
  assert.equal(await messagesOf('L03', {}), undefined)
})

test('L03: replicas that are not ready, restarts and idle Services are told', async () => {
  const objects = `${deployment(1)}---${endpoints(false)}---${pod(2)}`
  assert.deepEqual(await messagesOf('L03', { objects }), [
    'has 1 of 2 replicas ready',
    'its containers have started again 2 times',
    'has no ready endpoint',
  ])
})

test('L03: a workload that its controller has not seen yet is not ready', async () => {
  const objects = healthy.replace('observedGeneration: 3', 'observedGeneration: 2')
  assert.deepEqual(await messagesOf('L03', { objects }), ['has 0 of 2 replicas ready'])
})

test('L03: what the account may not see is told', async () => {
  const ask: Ask = (args) =>
    Promise.resolve(
      args[0] === 'get' && args[1] !== '--raw'
        ? { code: 1, stdout: '', stderr: 'Error from server (Forbidden): pods is forbidden\n' }
        : ok(''),
    )
  const found = await auditCluster(input, ask)
  for (const id of ['L03', 'L04']) assert.match(found.get(id)?.[0]?.message ?? '', /Forbidden/)
})

test('L04: it is not run without Flux, and not for what Flux has of others', async () => {
  assert.equal(await messagesOf('L04', { objects: healthy }), undefined)
  const other = sync('True').replace('./k8s/overlays/prod', './apps')
  assert.equal(await messagesOf('L04', { objects: healthy, flux: other }), undefined)
})

test('L04: an environment that was not chosen is not looked at', async () => {
  const other = sampleInput(overlay, { environments: ['dev'] })
  assert.equal((await auditCluster(other, clusterOf({ flux: sync('False') }))).get('L04'), undefined)
})

test('L04: a Kustomization that is not ready, or waits for one, is told', async () => {
  assert.deepEqual(await messagesOf('L04', { flux: sync('False') }), ['is not ready: a field is wrong'])
  const waiting = sync('True').replace('spec: {', 'spec: { dependsOn: [{ name: cdb-migrations-prod }],')
  assert.deepEqual(await messagesOf('L04', { flux: waiting }), [
    'depends on cdb-migrations-prod, which is not ready',
  ])
})

test('L04: an inventory that is not the build is told', async () => {
  assert.deepEqual(await messagesOf('L04', { flux: sync('True', 'cdb-trading_old__ConfigMap') }), [
    'its inventory lacks cdb-trading_cdb-risk_apps_Deployment and has cdb-trading_old__ConfigMap besides',
  ])
})

test('a build that does not build is nobody to ask for', async () => {
  const broken = sampleInput('', { builds: [sampleBuild('', { error: 'no such file' })] })
  assert.deepEqual([...(await auditCluster(broken, clusterOf({ objects: healthy })))], [])
})
