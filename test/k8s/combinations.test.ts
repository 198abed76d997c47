import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Manifest } from '../../src/adapters/kubernetes/manifest.ts'
import { listAt, numberAt, recordAt, textAt, textsAt } from '../../src/adapters/kubernetes/value.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import { roleNames } from '../../src/adapters/postgres/roles.ts'
import { redisUsers } from '../../src/adapters/redis/acl.ts'
import { loadStrategy } from '../../src/adapters/system/strategy-file.ts'
import { roles } from '../../src/engine/lease.ts'
import { root } from '../tidy/repository.ts'
import { readYaml } from './alert-rules.ts'
import { build, environments } from './build.ts'

const combinations = readdirSync(join(root, 'k8s/tests/combinations')).sort()
const buildOf = (combination: string): readonly Manifest[] => build(`tests/combinations/${combination}`)

function objectIn(manifests: readonly Manifest[], kind: string, name: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.name === name)
  assert(found !== undefined, `there is a ${kind} ${name}`)
  return found
}

const isThere = (manifests: readonly Manifest[], kind: string, name: RegExp): boolean =>
  manifests.some((manifest) => manifest.kind === kind && name.test(manifest.name))

for (const combination of combinations) {
  test(`${combination}: all that belongs together builds, in one namespace and without a Secret`, () => {
    const manifests = buildOf(combination)
    assert(manifests.length > 20)
    assert(!isThere(manifests, 'Secret', /./))
    const namespaces = new Set(
      manifests.filter(({ kind }) => kind !== 'Namespace').map(({ namespace }) => namespace),
    )
    assert.deepEqual([...namespaces], [combination.endsWith('-dev') ? 'cdb-trading-dev' : 'cdb-trading'])
    for (const { kind, name, labels } of manifests)
      assert.equal(
        labels['app.kubernetes.io/part-of'] ?? 'claire-de-binare',
        'claire-de-binare',
        `${kind} ${name}`,
      )
  })
}

test('every component is part of an overlay or of a combination, and is described', () => {
  const texts = [...combinations.map((name) => `tests/combinations/${name}`), ...overlays()].map((folder) =>
    readFileSync(join(root, 'k8s', folder, 'kustomization.yaml'), 'utf8'),
  )
  const readme = readFileSync(join(root, 'k8s/components/README.md'), 'utf8')
  const nested = readFileSync(join(root, 'k8s/components/secrets/vault/kustomization.yaml'), 'utf8')
  for (const component of components()) {
    const isUsed = [...texts, nested].some((text) => text.includes(`/${component.replace('secrets/', '')}\n`))
    assert(isUsed, `${component} is used`)
    const described = component.startsWith('network-policy/') ? 'network-policy/*' : component
    assert(readme.includes(`| \`${described}\``), `${component} is described`)
  }
})

const overlays = (): readonly string[] =>
  environments.flatMap((name) =>
    ['infrastructure', 'migrations', 'services'].map((layer) => `overlays/${name}/${layer}`),
  )

/** Folders below components that are one. */
function components(folder = ''): readonly string[] {
  const path = join(root, 'k8s/components', folder)
  if (existsSync(join(path, 'kustomization.yaml'))) return [folder]
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name }) => components(join(folder, name)))
}

test('CloudNativePG takes the place of the StatefulSet under the same address', () => {
  const manifests = buildOf('cloudnative-pg')
  for (const kind of ['StatefulSet', 'ServiceAccount']) assert(!isThere(manifests, kind, /^postgresql$/))
  assert(!isThere(manifests, 'ConfigMap', /^postgresql-(?:config|init)-/))
  assert(!isThere(manifests, 'Service', /^postgresql-headless$/))
  const { value } = objectIn(manifests, 'Service', 'postgresql')
  assert.equal(numberAt(value, 'spec', 'ports', 0, 'port'), 5432)
  assert.deepEqual(textsAt(value, 'spec', 'selector'), {
    'cnpg.io/cluster': objectIn(manifests, 'Cluster', 'postgresql').name,
    'cnpg.io/instanceRole': 'primary',
  })
  const urls = workloadsOf(manifests)
    .flatMap(({ containers }) => containers.flatMap((container) => listAt(container.value, 'env')))
    .filter((each) => textAt(each, 'name') === 'DATABASE_URL')
    .map((each) => new URL(textAt(each, 'value') ?? '').host)
  assert.deepEqual([...new Set(urls)], ['postgresql:5432'])
})

/** In GiB; the manifests write whole ones. */
function gibibytes(text: string | undefined): number {
  const found = /^(\d+)Gi$/.exec(text ?? '')
  assert(found !== null, `${text ?? 'nothing'} is a number of Gi`)
  return Number(found[1])
}

for (const folder of [
  'tests/combinations/cloudnative-pg',
  'tests/combinations/everything',
  'overlays/prod',
]) {
  test(`${folder}: the quota admits every volume`, () => {
    const manifests = build(folder)
    const path = ['spec', 'resources', 'requests', 'storage'] as const
    const claims = [
      ...manifests.filter(({ kind }) => kind === 'PersistentVolumeClaim').map(({ value }) => value),
      ...manifests.flatMap(({ value }) => listAt(value, 'spec', 'volumeClaimTemplates')),
    ].map((claim) => gibibytes(textAt(claim, ...path)))
    const clusters = manifests
      .filter(({ kind }) => kind === 'Cluster')
      .map(({ value: { spec } }) => {
        const sizes = ['storage', 'walStorage'].map((key) => gibibytes(textAt(spec, key, 'size')))
        return (numberAt(spec, 'instances') ?? 0) * sizes.reduce((sum, size) => sum + size, 0)
      })
    const sum = [...claims, ...clusters].reduce((total, size) => total + size, 0)
    const { value } = objectIn(manifests, 'ResourceQuota', 'cdb-quota')
    assert(sum > 40 && sum <= gibibytes(textAt(value, 'spec', 'hard', 'requests.storage')), `${sum}Gi`)
  })
}

test('the ServiceMonitor selects the five services by a port that they have', () => {
  const manifests = buildOf('service-monitors')
  const { value } = objectIn(manifests, 'ServiceMonitor', 'claire-de-binare')
  const [expression] = listAt(value, 'spec', 'selector', 'matchExpressions')
  assert.deepEqual([...listAt(expression, 'values')].sort(), roles.map((role) => `cdb-${role}`).sort())
  const port = textAt(value, 'spec', 'endpoints', 0, 'port')
  for (const role of roles) {
    const service = objectIn(build('overlays/prod'), 'Service', `cdb-${role}`)
    assert.equal(service.labels[textAt(expression, 'key') ?? ''], `cdb-${role}`)
    assert.equal(textAt(service.value, 'spec', 'ports', 0, 'name'), port)
  }
})

test('the route leads from the Gateway of the overlay to Grafana', () => {
  const manifests = buildOf('gateway')
  const { value } = objectIn(manifests, 'HTTPRoute', 'grafana')
  assert.deepEqual(recordAt(value, 'spec', 'parentRefs', 0), {
    group: 'gateway.networking.k8s.io',
    kind: 'Gateway',
    name: 'internal',
    namespace: 'envoy-gateway',
    sectionName: 'https',
  })
  const backend = recordAt(value, 'spec', 'rules', 0, 'backendRefs', 0)
  const service = objectIn(manifests, 'Service', textAt(backend, 'name') ?? '')
  assert.equal(numberAt(service.value, 'spec', 'ports', 0, 'port'), backend['port'])
  const policy = objectIn(manifests, 'NetworkPolicy', 'grafana-from-gateway')
  const from = recordAt(policy.value, 'spec', 'ingress', 0, 'from', 0, 'namespaceSelector', 'matchLabels')
  assert.deepEqual(from, { 'kubernetes.io/metadata.name': 'envoy-gateway' })
})

type Contract = Readonly<
  Record<
    string,
    Readonly<{ keys: Readonly<Record<string, readonly string[]>>; optional?: readonly string[] }>
  >
>
const { secrets: contract } = readYaml(join(root, 'k8s/audit.yaml')) as Readonly<{ secrets: Contract }>
/** Secret and key of everything that must be there. */
const demanded = Object.entries(contract)
  .flatMap(([name, { keys, optional = [] }]) =>
    Object.keys(keys)
      .filter((key) => !optional.includes(key))
      .map((key) => `${name} ${key}`),
  )
  .sort()

test('the contract has a password for each role of the database and each user of Redis', () => {
  const ofRoles = roleNames.map((role) => role.replace(/^cdb_/, '').replaceAll('_', '-'))
  assert.deepEqual(
    demanded,
    [
      ...[...ofRoles, 'admin', 'backup'].map((role) => `cdb-secrets database-password-${role}`),
      ...redisUsers.map((user) => `cdb-secrets redis-password-${user}`),
      'grafana-admin admin-password',
      'grafana-admin admin-user',
    ].sort(),
  )
})

const guide = readFileSync(join(root, 'k8s/SECRETS_GUIDE.md'), 'utf8')

test('way 1: the commands of the guide make every key, and each value is another', () => {
  const [block = ''] = /```sh\n([\s\S]*?)```/.exec(guide)?.slice(1) ?? []
  const script = `set -eu\n${block}\nprintf '%s\\n' "$secrets"`
  const folder = execFileSync('sh', ['-c', script], { encoding: 'utf8' }).trim()
  try {
    const files = readdirSync(folder).flatMap((name) =>
      readdirSync(join(folder, name)).map((key) => ({ name, key })),
    )
    assert.deepEqual(files.map(({ name, key }) => `${name} ${key}`).sort(), demanded)
    const values = files.map(({ name, key }) => readFileSync(join(folder, name, key), 'utf8'))
    assert.equal(new Set(values).size, files.length)
    assert(values.every((value) => /^(?:admin|[0-9a-f]{32}|[0-9a-f]{64})$/.test(value)))
  } finally {
    rmSync(folder, { recursive: true })
  }
})

test('way 2: sealed values have every key, for the name and namespace of their object', () => {
  const sealed = buildOf('sealed-secrets').filter(({ kind }) => kind === 'SealedSecret')
  const keys = sealed.flatMap(({ name, value }) =>
    Object.keys(textsAt(value, 'spec', 'encryptedData')).map((key) => `${name} ${key}`),
  )
  assert.deepEqual(keys.sort(), demanded)
  for (const { name, namespace, value, annotations } of sealed) {
    const template = recordAt(value, 'spec', 'template', 'metadata')
    assert.deepEqual([template['name'], template['namespace']], [name, namespace])
    assert.equal(textsAt(template, 'labels')['app.kubernetes.io/part-of'], 'claire-de-binare')
    assert.equal(annotations['kustomize.toolkit.fluxcd.io/prune'], 'disabled')
  }
})

for (const combination of ['external-secrets', 'vault', 'vault-dev']) {
  test(`ways 3 and 4, ${combination}: every key is copied from a store that is there`, () => {
    const manifests = buildOf(combination)
    const external = manifests.filter(({ kind }) => kind === 'ExternalSecret')
    const keys = external.flatMap(({ value }) =>
      listAt(value, 'spec', 'data').map((each) => {
        assert.equal(textAt(each, 'secretKey'), textAt(each, 'remoteRef', 'property'))
        assert.equal(textAt(each, 'remoteRef', 'key'), textAt(value, 'spec', 'target', 'name'))
        return `${textAt(value, 'spec', 'target', 'name') ?? ''} ${textAt(each, 'secretKey') ?? ''}`
      }),
    )
    assert.deepEqual(keys.sort(), demanded)
    for (const { apiVersion, value } of external) {
      assert.equal(apiVersion, 'external-secrets.io/v1')
      objectIn(manifests, textAt(value, 'spec', 'secretStoreRef', 'kind') ?? '', 'cdb')
    }
  })
}

test('Vault lets every environment read its own mount alone', () => {
  for (const combination of ['vault', 'vault-dev']) {
    const { namespace, value } = objectIn(buildOf(combination), 'SecretStore', 'cdb')
    const vault = recordAt(value, 'spec', 'provider', 'vault')
    const login = recordAt(vault, 'auth', 'kubernetes')
    assert.deepEqual([vault['path'], login['role']], [namespace, namespace])
    objectIn(buildOf(combination), 'ServiceAccount', textAt(login, 'serviceAccountRef', 'name') ?? '')
  }
})

test('the guide names every key, and pods mount no other', () => {
  for (const [name, { keys }] of Object.entries(contract))
    for (const key of [name, ...Object.keys(keys)]) assert(guide.includes(`\`${key}\``), key)
  for (const environment of environments) {
    const mounted = workloadsOf(build(`overlays/${environment}`)).flatMap(({ podSpec }) =>
      listAt(podSpec, 'volumes').flatMap((volume) =>
        listAt(volume, 'secret', 'items').map(
          (item) => `${textAt(volume, 'secret', 'secretName') ?? ''} ${textAt(item, 'key') ?? ''}`,
        ),
      ),
    )
    assert.deepEqual([...new Set(mounted)].sort(), demanded)
  }
})

test('own-strategy: who reads the trading log has the file beside the source, and it is a strategy', async () => {
  const manifests = buildOf('own-strategy')
  const mounting = workloadsOf(manifests).filter(({ containers }) =>
    containers.some(({ value }) =>
      listAt(value, 'volumeMounts').some(
        (mount) => textAt(mount, 'mountPath') === '/app/strategies/strategy.ts' && !!textAt(mount, 'subPath'),
      ),
    ),
  )
  const names = mounting.map(({ manifest }) => manifest.name).toSorted()
  assert.deepEqual(names, ['cdb-db-writer', 'cdb-execution', 'cdb-risk', 'cdb-signal'])
  const folder = join(root, 'k8s/tests/combinations/own-strategy')
  assert.equal((await loadStrategy(join(folder, 'buy-and-hold.js'))).name, 'buy-and-hold')
})
