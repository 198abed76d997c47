import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { parse } from 'yaml'
import { parseQuantity } from '../../src/adapters/kubernetes/checks/resource-quantity.ts'
import { identityOf, titleOf } from '../../src/adapters/kubernetes/manifest.ts'
import type { Manifest } from '../../src/adapters/kubernetes/manifest.ts'
import { at, listAt, numberAt, recordAt, textAt, textsAt } from '../../src/adapters/kubernetes/value.ts'
import type { Value } from '../../src/adapters/kubernetes/value.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import type { Workload } from '../../src/adapters/kubernetes/workload.ts'
import { root } from '../tidy/repository.ts'
import { build, environments, layerNames, workloadIn } from './build.ts'
import type { EnvironmentName } from './build.ts'

const amountOf = (text: unknown): number => parseQuantity(text) ?? Number.NaN

const namespaces: Readonly<Record<EnvironmentName, string>> = { dev: 'cdb-trading-dev', prod: 'cdb-trading' }

const whole = (environment: EnvironmentName): readonly Manifest[] => build(`overlays/${environment}`)

const titlesOf = (manifests: readonly Manifest[], ...kinds: readonly string[]): readonly string[] =>
  manifests
    .filter(({ kind }) => kinds.includes(kind))
    .map(({ kind, name }) => `${kind} ${name}`)
    .sort()

test('the base and what is applied by hand build', () => {
  for (const folder of ['base', ...layerNames.map((layer) => `base/${layer}`), 'base/operations/restore']) {
    assert(build(folder).length > 0, folder)
  }
})

for (const environment of environments) {
  test(`${environment} is the disjoint union of its three layers`, () => {
    const layers = layerNames.flatMap((layer) => build(`overlays/${environment}/${layer}`))
    const byIdentity = new Map(layers.map((manifest) => [identityOf(manifest), manifest.value]))
    assert.equal(byIdentity.size, layers.length, 'no object is in two layers')
    assert.deepEqual(
      new Map(whole(environment).map((manifest) => [identityOf(manifest), manifest.value])),
      byIdentity,
    )
  })

  test(`${environment} has what it should have, all of it in its own namespace`, () => {
    const manifests = whole(environment)
    assert.deepEqual(titlesOf(manifests, 'Deployment', 'StatefulSet', 'Job', 'CronJob'), [
      'CronJob postgresql-backup',
      'Deployment cdb-db-writer',
      'Deployment cdb-execution',
      'Deployment cdb-risk',
      'Deployment cdb-signal',
      'Deployment cdb-ws',
      'Deployment grafana',
      'Job cdb-migrate',
      'StatefulSet alertmanager',
      'StatefulSet cdb-venue',
      'StatefulSet postgresql',
      'StatefulSet prometheus',
      'StatefulSet redis',
    ])
    assert.deepEqual(titlesOf(manifests, 'Namespace'), [`Namespace ${namespaces[environment]}`])
    for (const manifest of manifests) {
      if (manifest.kind === 'Namespace') continue
      assert.equal(manifest.namespace, namespaces[environment], titleOf(manifest))
    }
  })

  test(`${environment}: every object has the labels, and selectors ask for the name alone`, () => {
    for (const manifest of whole(environment)) {
      const { labels } = manifest
      const label = (name: string): string | undefined => labels[`app.kubernetes.io/${name}`]
      assert.equal(label('instance'), environment, titleOf(manifest))
      assert.equal(label('part-of'), 'claire-de-binare', titleOf(manifest))
      assert.equal(label('managed-by'), 'kustomize', titleOf(manifest))
      assert(label('name') !== undefined && label('component') !== undefined, titleOf(manifest))
    }
    for (const { name, selector, podLabels, kind } of workloadsOf(whole(environment))) {
      if (kind === 'Job' || kind === 'CronJob') continue
      assert.deepEqual(selector, { 'app.kubernetes.io/name': name })
      assert.equal(podLabels['app.kubernetes.io/name'], name)
    }
  })

  test(`${environment}: what its volumes are made of, the seed's five where they make sense`, () => {
    assert.deepEqual(claimsOf(environment), {
      'data-alertmanager-0': '1Gi',
      'data-postgresql-0': '20Gi',
      'data-prometheus-0': '20Gi',
      'data-redis-0': '10Gi',
      'postgresql-backup': '20Gi',
      'state-cdb-venue-0': '2Gi',
    })
  })

  test(`${environment}: the quota admits everything, with a surge of each rollout`, () => {
    const quota = whole(environment).find(({ kind }) => kind === 'ResourceQuota')
    const hard = textsAt(quota?.value, 'spec', 'hard')
    const needed = neededBy(environment)
    for (const [name, amount] of Object.entries(needed)) {
      const most = amountOf(hard[name])
      assert(amount <= most, `${name}: ${amount} of ${most}`)
      // A quota of far more than is needed stops nobody.
      if (/cpu|memory/.test(name)) assert(most < 2 * amount, `${name}: ${amount} of ${most}`)
    }
  })

  test(`${environment}: no Secret is rendered, and pods mount the keys of the contract, all of them`, () => {
    assert.deepEqual(titlesOf(whole(environment), 'Secret'), [])
    const mounted = workloadsOf(whole(environment)).flatMap(({ name, podSpec }) =>
      listAt(podSpec, 'volumes').flatMap((volume) =>
        listAt(volume, 'secret', 'items').map(
          (item) => `${textAt(volume, 'secret', 'secretName')} ${textAt(item, 'key')} ${name}`,
        ),
      ),
    )
    const optional = 'cdb-secrets venue-key.json'
    const allowed = [...contract()].filter((each) => !each.startsWith(optional) && !each.endsWith('-restore'))
    assert.deepEqual([...new Set(mounted)].sort(), allowed.sort())
  })
}

/** `SECRET KEY WORKLOAD` of each key and each who may mount it. */
function contract(): readonly string[] {
  const { secrets } = parse(readFileSync(join(root, 'k8s', 'audit.yaml'), 'utf8')) as Readonly<{
    secrets: Readonly<Record<string, Readonly<{ keys: Readonly<Record<string, readonly string[]>> }>>>
  }>
  return Object.entries(secrets).flatMap(([secret, { keys }]) =>
    Object.entries(keys).flatMap(([key, workloads]) =>
      workloads.map((workload) => `${secret} ${key} ${workload}`),
    ),
  )
}

/** Size of each claim by its name in the namespace. */
function claimsOf(environment: EnvironmentName): Readonly<Record<string, string>> {
  const sizes = new Map<string, string>()
  for (const { kind, name, value } of whole(environment)) {
    const size = (claim: Value): string => textAt(claim, 'spec', 'resources', 'requests', 'storage') ?? ''
    if (kind === 'PersistentVolumeClaim') sizes.set(name, size(value))
    for (const claim of listAt(value, 'spec', 'volumeClaimTemplates')) {
      for (let pod = 0; pod < (numberAt(value, 'spec', 'replicas') ?? 1); pod++) {
        sizes.set(`${textAt(claim, 'metadata', 'name')}-${name}-${pod}`, size(claim))
      }
    }
  }
  return Object.fromEntries([...sizes].sort())
}

const resources = ['cpu', 'memory', 'ephemeral-storage'] as const

/** What everything takes at once: every pod, one more of each Deployment, the Job and the CronJob. */
function neededBy(environment: EnvironmentName): Readonly<Record<string, number>> {
  const sums = new Map<string, number>()
  const add = (name: string, amount: number): void => {
    sums.set(name, (sums.get(name) ?? 0) + amount)
  }
  for (const workload of workloadsOf(whole(environment))) {
    const pods = (workload.replicas ?? 1) + (workload.kind === 'Deployment' ? 1 : 0)
    add('pods', pods)
    for (const side of ['requests', 'limits'] as const) {
      for (const resource of resources) add(`${side}.${resource}`, pods * podAmount(workload, side, resource))
    }
  }
  const claims = Object.values(claimsOf(environment))
  add('persistentvolumeclaims', claims.length)
  for (const size of claims) add('requests.storage', amountOf(size))
  add('services', titlesOf(whole(environment), 'Service').length)
  return Object.fromEntries(sums)
}

/** As the scheduler counts: init containers run before the others, one by one. */
function podAmount({ containers }: Workload, side: 'requests' | 'limits', resource: string): number {
  const amounts = (isInit: boolean): readonly number[] =>
    containers
      .filter((container) => container.isInit === isInit)
      .map(({ name, value }) => {
        const text = at(value, 'resources', side, resource)
        const amount = amountOf(text)
        assert(amount > 0, `${name} has ${side} of ${resource}`)
        return amount
      })
  return Math.max(
    0,
    ...amounts(true),
    amounts(false).reduce((sum, amount) => sum + amount, 0),
  )
}

/** The seed's table: port, replicas in dev and prod, memory and CPU. */
const seed = [
  ['cdb-ws', 8000, '512Mi', '500m'],
  ['cdb-signal', 8001, '1Gi', '1000m'],
  ['cdb-risk', 8002, '1Gi', '1000m'],
  ['cdb-execution', 8003, '1Gi', '1000m'],
  ['cdb-db-writer', 8004, '512Mi', '500m'],
  ['redis', 6379, '512Mi', '500m'],
  ['postgresql', 5432, '1Gi', '1000m'],
  ['prometheus', 9090, '2Gi', '1000m'],
  ['grafana', 3000, '512Mi', '500m'],
] as const

for (const [name, port, memory, cpu] of seed) {
  test(`${name} listens on port ${port} and may take ${memory} and ${cpu} in prod, half of it in dev`, () => {
    for (const [environment, share] of [
      ['dev', 0.5],
      ['prod', 1],
    ] as const) {
      const workload = workloadIn(`overlays/${environment}`, name)
      const [container] = workload.containers.filter(({ isInit }) => !isInit)
      const limits = recordAt(container?.value, 'resources', 'limits')
      assert.equal(amountOf(limits['memory']), share * amountOf(memory), environment)
      assert.equal(amountOf(limits['cpu']), share * amountOf(cpu), environment)
      assert.equal(numberAt(container?.value, 'ports', 0, 'containerPort'), port)
      const service = whole(environment).find((each) => each.kind === 'Service' && each.name === name)
      assert.equal(numberAt(service?.value, 'spec', 'ports', 0, 'port'), port)
      assert.equal(workload.replicas, environment === 'prod' && name.startsWith('cdb-') ? 2 : 1)
    }
  })
}

test('every pod asks for a class of priority that the cluster has', () => {
  const classes = build('cluster')
    .filter(({ kind }) => kind === 'PriorityClass')
    .map(({ name }) => name)
  for (const { name, podSpec } of environments.flatMap((environment) => workloadsOf(whole(environment)))) {
    assert(classes.includes(textAt(podSpec, 'priorityClassName') ?? ''), name)
  }
})
