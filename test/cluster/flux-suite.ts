import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { assertDriftIsUndone } from './drift.ts'
import { edits, TAG_MISSING } from './edits.ts'
import { FLUX, request } from './flux.ts'
import type { FluxKustomization } from './flux.ts'
import { openFluxSite } from './flux-site.ts'
import type { FluxSite } from './flux-site.ts'
import { inventoryOf } from './inventory.ts'
import type { Kubectl } from './kubectl.ts'
import { findingsOf } from './live.ts'
import { until } from './until.ts'
import { changedOf, consumersOf, podsOf, readyEndpointsOf, untilRolledOut, workloadsOf } from './workloads.ts'

const SECONDS_MAX = 240
const DEV = 'cdb-trading-dev'
const PROD = 'cdb-trading'
const LAYERS = ['infrastructure', 'migrations', 'services'] as const
const isGiven = (process.env['KUBECONFIG'] ?? '') !== ''
const skip = isGiven && 'the controllers of Flux are started beside a control plane of its own'

let site: FluxSite
let kubectl: Kubectl

before(async () => {
  if (isGiven) return
  site = await openFluxSite()
  kubectl = site.kubectl
})

after(async () => {
  if (!isGiven) await site.close()
})

test('Flux deploys dev from the branch, one layer after the other (L04)', { skip }, async () => {
  await site.untilReady('dev', site.repository.head())
  await untilRolledOut(kubectl, DEV, SECONDS_MAX)
  const readySince = '{.status.conditions[?(@.type=="Ready")].lastTransitionTime}'
  const order = [
    await fieldOf('pod/postgresql-0', readySince),
    await fieldOf('job/cdb-migrate', '{.metadata.creationTimestamp}'),
    await fieldOf('job/cdb-migrate', '{.status.completionTime}'),
    await fieldOf('deployment/cdb-risk', '{.metadata.creationTimestamp}'),
  ]
  assert.deepEqual(order, order.toSorted(), 'a layer begins when the one before it is ready')
})

test('the inventory of each Kustomization is what its layer renders (L04)', { skip }, async () => {
  for (const layer of LAYERS) {
    const found = await kubectl.get<FluxKustomization>([
      ...[`kustomization.kustomize.toolkit.fluxcd.io/cdb-${layer}-dev`, '--namespace', FLUX],
    ])
    const entries = (found?.status?.inventory?.entries ?? []).map(({ id }) => id)
    const overlay = join(site.repository.manifests, 'overlays', 'dev', layer)
    assert.deepEqual(entries.toSorted(), inventoryOf(await kubectl.read(['kustomize', overlay])))
  }
})

test('the live audit finds nothing wrong (L04)', { skip }, async () => {
  const found = await findingsOf(kubectl, site.repository.manifests, 'dev')
  assert.deepEqual(found, { L01: [], L03: [], L04: [] })
})

test('a release that nobody signed is not deployed to prod', { skip }, async () => {
  site.repository.tag('0.1.0', 'unsigned')
  await request(kubectl, 'gitrepository/claire-de-binare-releases')
  await until('the source refuses it', SECONDS_MAX, async () => {
    const source = await kubectl.get<FluxKustomization>([
      ...['gitrepository/claire-de-binare-releases', '--namespace', FLUX],
    ])
    const conditions = source?.status?.conditions ?? []
    const isRefused = conditions.some(({ type, status }) => type === 'SourceVerified' && status === 'False')
    return isRefused ? true : null
  })
  assert.equal((await workloadsOf(kubectl, PROD)).size, 0)
})

test('a signed release is deployed to prod', { skip }, async () => {
  site.repository.tag('0.1.1', 'signed')
  await request(kubectl, 'gitrepository/claire-de-binare-releases')
  await site.untilReady('prod', site.repository.head())
  const workloads = await untilRolledOut(kubectl, PROD, SECONDS_MAX)
  assert.equal(workloads.get('Deployment/cdb-risk')?.spec.replicas, 2)
})

test('what is scaled, edited or deleted by hand comes back (L05)', { skip }, async () => {
  await assertDriftIsUndone(kubectl, DEV, () =>
    request(kubectl, 'kustomization.kustomize.toolkit.fluxcd.io/cdb-services-dev'),
  )
})

test('a file that is removed from the repository is removed from the cluster (L05)', { skip }, async () => {
  await site.untilReady('dev', await site.commit('an object more', edits.addObject))
  assert.notEqual(await kubectl.get(['configmap/more', '--namespace', DEV]), null)
  await site.untilReady('dev', await site.commit('an object less', edits.removeObject))
  assert.equal(await kubectl.get(['configmap/more', '--namespace', DEV]), null)
})

test('the namespace stays even when the repository has it no more (L05)', { skip }, async () => {
  const before = [await identityOf('namespace', DEV), await identityOf('secret', 'cdb-secrets')]
  await site.untilReady('dev', await site.commit('no namespace', edits.removeNamespace))
  await site.untilReady('dev', await site.commit('the namespace again', edits.addNamespace))
  assert.deepEqual([await identityOf('namespace', DEV), await identityOf('secret', 'cdb-secrets')], before)
})

test(
  'a manifest that the API server refuses changes nothing, and the next one heals (L06)',
  { skip },
  async () => {
    const before = await podsOf(kubectl, DEV)
    const bad = await site.commit('a value that does not exist', edits.breakService)
    const { message } = await site.untilNotReady('cdb-services-dev', bad)
    assert.match(message, /Unsupported value: "Nonsense"/)
    const { L04 = [] } = await findingsOf(kubectl, site.repository.manifests, 'dev')
    assert.match(L04.join('\n'), /cdb-services-dev: is not ready/)
    assert.deepEqual(await podsOf(kubectl, DEV), before)
    await site.untilReady('dev', await site.commit('without that value', edits.mendService))
  },
)

test(
  'an image that cannot be pulled is told, and the pods before it keep serving (L06)',
  { skip },
  async () => {
    const before = await podsOf(kubectl, DEV)
    const bad = await site.commit('an image that is not there', edits.setTagOfRisk(TAG_MISSING))
    const { reason, message } = await site.untilNotReady('cdb-services-dev', bad)
    assert.equal(reason, 'HealthCheckFailed')
    assert.match(message, /Deployment\/cdb-trading-dev\/cdb-risk/)
    const during = await podsOf(kubectl, DEV)
    for (const [name, uid] of before) assert.equal(during.get(name), uid, `${name} keeps running`)
    assert.equal(during.size, before.size + 1)
    assert.equal((await readyEndpointsOf(kubectl, DEV)).get('cdb-risk'), 1)
  },
)

test('the next good commit heals it (L06)', { skip }, async () => {
  await site.untilReady('dev', await site.commit('an image that is there', edits.setTagOfRisk('0.1.0-dev.2')))
  const workloads = await untilRolledOut(kubectl, DEV, SECONDS_MAX)
  const [container] = workloads.get('Deployment/cdb-risk')?.spec.template.spec.containers ?? []
  assert.match(container?.image ?? '', /:0\.1\.0-dev\.2$/)
})

test('a change of a setting rolls those who read it, and nobody else (L07)', { skip }, async () => {
  const before = await workloadsOf(kubectl, DEV)
  const readers = consumersOf(before, 'cdb-config')
  await site.untilReady('dev', await site.commit('another log level', edits.setLogLevel('trace')))
  const after = await untilRolledOut(kubectl, DEV, SECONDS_MAX)
  assert.deepEqual(changedOf(before, after), readers)
  assert.equal(readers.length, 5)
})

const fieldOf = (object: string, path: string): Promise<string> =>
  kubectl.read(['get', object, '--namespace', DEV, '--output', `jsonpath=${path}`])

const identityOf = (kind: string, name: string): Promise<string> =>
  kubectl.read(['get', kind, name, '--namespace', DEV, '--output', 'jsonpath={.metadata.uid}'])
