import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { AuditInput } from '../../src/adapters/kubernetes/check.ts'
import { checks } from '../../src/adapters/kubernetes/checks.ts'
import { syncsOf } from '../../src/adapters/kubernetes/checks/gitops-syncs.ts'
import type { Engine } from '../../src/adapters/kubernetes/checks/gitops-syncs.ts'
import { identityOf } from '../../src/adapters/kubernetes/manifest.ts'
import type { Manifest } from '../../src/adapters/kubernetes/manifest.ts'
import { at, listAt, textAt } from '../../src/adapters/kubernetes/value.ts'
import { workloadsOf } from '../../src/adapters/kubernetes/workload.ts'
import { readAuditedFolder } from '../../src/cli/audited-folder.ts'
import { root } from '../tidy/repository.ts'
import { build, environments } from './build.ts'

const folder = join(root, 'k8s')
const { input } = await readAuditedFolder(folder, { overlay: null, signal: new AbortController().signal })
const combinations = readdirSync(join(folder, 'tests', 'combinations')).sort()

const saidBy = (id: string, audited: AuditInput): readonly string[] => {
  const check = checks.find((each) => each.id === id)
  assert.ok(check, id)
  return check.run(audited).map(({ object, message }) => `${object} ${message}`)
}

test('every check of GitOps passes on what is deployed', () => {
  const ids = checks.map(({ id }) => id).filter((id) => id.startsWith('G'))
  assert.equal(ids.length, 18)
  assert.deepEqual(
    ids.flatMap((id) => saidBy(id, input).map((said) => `${id} ${said}`)),
    [],
  )
})

const appliedBy = (engine: Engine, environment: string): readonly string[] =>
  syncsOf(input)
    .filter((sync) => sync.engine === engine && sync.environment === environment)
    .flatMap(({ objects }) => objects.map(identityOf))
    .sort()

for (const environment of environments) {
  test(`Flux and Argo CD would apply the same objects to ${environment}, each once`, () => {
    const flux = appliedBy('flux', environment)
    assert.equal(new Set(flux).size, flux.length)
    assert.equal(flux.length, build(`overlays/${environment}`).length)
    assert.deepEqual(appliedBy('argo', environment), flux)
  })

  test(`each image of ours in ${environment} is written by one policy`, () => {
    const policies = build('overlays/prod')
      .flatMap((manifest) => workloadsOf([manifest]))
      .flatMap(({ containers }) => containers.map(({ value }) => textAt(value, 'image') ?? ''))
      .flatMap((image) => /\/(cdb-[a-z-]+)[:@]/.exec(image)?.[1] ?? [])
    const markers = input.files
      .filter(({ path }) => path.startsWith(`overlays/${environment}/`))
      .flatMap(({ text }) => [...text.matchAll(/"\$imagepolicy": "flux-system:([^:"]+):/g)])
      .map(([, policy]) => policy)
    assert.equal(new Set(policies).size, 8)
    assert.deepEqual(markers.sort(), [...new Set(policies)].map((name) => `${name}-${environment}`).sort())
  })
}

/** As if an overlay were built like one of the combinations of components. */
const asIf = (path: string, manifests: readonly Manifest[]): AuditInput => ({
  ...input,
  builds: input.builds.map((each) => (each.path === path ? { ...each, manifests } : each)),
})

for (const combination of combinations) {
  const overlay = combination.endsWith('-dev') ? 'dev' : 'prod'

  test(`both engines may apply the components of ${combination}`, () => {
    const manifests = build(`tests/combinations/${combination}`)
    assert.deepEqual(saidBy('G10', asIf(`overlays/${overlay}/infrastructure`, manifests)), [])
    assert.deepEqual(saidBy('G16', asIf(`overlays/${overlay}`, manifests)), [])
  })
}

const rendered: readonly Manifest[] = [
  ...environments.map((environment) => `overlays/${environment}`),
  ...combinations.map((combination) => `tests/combinations/${combination}`),
].flatMap((path) => build(path))

const pluralOf = (kind: string): string =>
  kind.toLowerCase().replace(/y$/, 'ie').concat('s').replace('sss', 'sses')

test('Flux may write no kind that nothing renders, and no Secret', () => {
  const kinds = new Set(rendered.map(({ kind }) => pluralOf(kind)))
  for (const environment of environments) {
    const role = build(`cluster/flux-${environment}`).find(({ kind }) => kind === 'Role')
    const written = listAt(role?.value, 'rules')
      .filter((rule) => listAt(rule, 'verbs').includes('create'))
      .flatMap((rule) => listAt(rule, 'resources'))
    assert.ok(written.length > 10)
    assert.deepEqual(
      written.filter((resource) => typeof resource !== 'string' || !kinds.has(resource)),
      [],
    )
    const reached = listAt(role?.value, 'rules').flatMap((rule) => listAt(rule, 'resources'))
    assert.ok(!reached.includes('secrets'))
    assert.ok(!reached.includes('*'))
  }
})

test('Argo CD may deploy no kind that nothing renders, and no Secret', () => {
  const kinds = new Set(rendered.map(({ kind }) => kind))
  const project = input.gitops.find(({ kind }) => kind === 'AppProject')
  const allowed = listAt(project?.value, 'spec', 'namespaceResourceWhitelist').map((each) =>
    textAt(each, 'kind'),
  )
  assert.ok(allowed.length > 10)
  assert.deepEqual(
    allowed.filter((kind) => kind === undefined || !kinds.has(kind) || kind === 'Secret'),
    [],
  )
})

test('the priority of each pod is a class that the cluster gets', () => {
  const classes = build('cluster').flatMap(({ kind, name }) => (kind === 'PriorityClass' ? [name] : []))
  const used = workloadsOf(rendered).map(({ podSpec }) => textAt(podSpec, 'priorityClassName'))
  assert.deepEqual([...new Set(used)].sort(), [...classes].sort())
})

test('each engine is refused while the other one has objects of this project', () => {
  const manifests = build('cluster')
  const policies = manifests.filter(({ kind }) => kind === 'ValidatingAdmissionPolicy')
  const guarded = policies.map(({ name, value }) => {
    const binding = manifests.find(
      (each) =>
        each.kind === 'ValidatingAdmissionPolicyBinding' && textAt(each.value, 'spec', 'policyName') === name,
    )
    return [
      textAt(value, 'spec', 'matchConstraints', 'resourceRules', 0, 'resources', 0),
      textAt(value, 'spec', 'paramKind', 'kind'),
      textAt(binding?.value, 'spec', 'paramRef', 'namespace'),
      textAt(binding?.value, 'spec', 'validationActions', 0),
    ]
  })
  assert.deepEqual(guarded.sort(), [
    ['applications', 'Kustomization', 'flux-system', 'Deny'],
    ['kustomizations', 'Application', 'argocd', 'Deny'],
  ])
  for (const { engine, manifest } of syncsOf(input)) {
    assert.equal(
      manifest.labels['app.kubernetes.io/part-of'],
      'claire-de-binare',
      `${engine} ${manifest.name}`,
    )
    assert.equal(manifest.namespace, engine === 'flux' ? 'flux-system' : 'argocd')
    assert.equal(at(manifest.value, 'spec', 'suspend'), undefined)
  }
})
