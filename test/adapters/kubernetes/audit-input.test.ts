import assert from 'node:assert/strict'
import { test } from 'node:test'
import { auditInputOf } from '../../../src/adapters/kubernetes/audit-input.ts'
import { deployed } from '../../../src/adapters/kubernetes/check.ts'
import type { AuditInput } from '../../../src/adapters/kubernetes/check.ts'
import type { Refusal } from '../../../src/adapters/kubernetes/folder.ts'
import type { Render } from '../../../src/adapters/kubernetes/render.ts'
import { CdbError } from '../../../src/domain/errors.ts'

const pod = (name: string): string => `kind: Pod\napiVersion: v1\nmetadata: { name: ${name} }\n`

/** Builds to one pod that is named for the folder. */
const render: Render = (folder) =>
  Promise.resolve({ text: pod(folder.replaceAll('/', '-')), error: null, warnings: [] })

const inputOf = (
  files: Readonly<Record<string, string>>,
  { overlay = null, refused = [] }: Readonly<{ overlay?: string | null; refused?: readonly Refusal[] }> = {},
): Promise<AuditInput> =>
  auditInputOf(
    {
      ...{ path: '/x', refused },
      files: Object.entries(files).map(([path, text]) => ({ path, text })),
    },
    { overlay, facts: { metricNames: ['a'], services: ['fact'] } },
    render,
  )

const tree = {
  'base/kustomization.yaml': 'resources: []',
  'overlays/dev/kustomization.yaml': 'resources: [../../base]',
  'overlays/prod/kustomization.yaml': 'resources: [services]',
  'overlays/prod/services/kustomization.yaml': 'resources: [../../../base]',
  'part/kustomization.yaml': 'kind: Component',
  'flux/sync.yaml':
    'kind: Kustomization\napiVersion: kustomize.toolkit.fluxcd.io/v1\nmetadata: { name: f }\n',
  'cluster/class.yaml': 'kind: PriorityClass\napiVersion: scheduling.k8s.io/v1\nmetadata: { name: c }\n',
  'audit.yaml': 'services: [own]\n',
}

test('every kustomization is a build but components; overlays are whole, and stand for environments', async () => {
  const { builds, environments, gitops, settings } = await inputOf(tree)
  assert.deepEqual(
    builds.map(({ path, environment, isWhole }) => [path, environment, isWhole]),
    [
      ['base', null, false],
      ['overlays/dev', 'dev', true],
      ['overlays/prod', 'prod', true],
      ['overlays/prod/services', 'prod', false],
    ],
  )
  assert.deepEqual(environments, ['dev', 'prod'])
  assert.deepEqual(
    gitops.map(({ name }) => name),
    ['f', 'c'],
  )
  assert.deepEqual(settings, { metricNames: ['a'], services: ['own'] }, 'the folder has the last word')
})

test('one overlay is chosen, and one that is not there is told with those that are', async () => {
  const input = await inputOf(tree, { overlay: 'prod' })
  assert.deepEqual(
    deployed(input).map(({ path }) => path),
    ['overlays/prod'],
  )
  assert.equal(input.builds.length, 4)
  await assert.rejects(
    inputOf(tree, { overlay: 'staging' }),
    (error) =>
      error instanceof CdbError && error.code === 'CDB_USAGE' && error.message.includes('dev and prod'),
  )
  await assert.rejects(inputOf({ 'a.yaml': pod('a') }, { overlay: 'prod' }), /it has no overlays/)
})

test('without overlays the folder itself is whole, else what no other kustomization takes in', async () => {
  const root = await inputOf({ 'kustomization.yaml': 'resources: [base]', 'base/kustomization.yaml': '' })
  assert.deepEqual(
    deployed(root).map(({ path }) => path),
    ['.'],
  )
  const parts = await inputOf({
    'a/kustomization.yaml': 'resources: [../b/]',
    'b/kustomization.yaml': '',
    'c/kustomization.yaml': '',
  })
  assert.deepEqual(
    deployed(parts).map(({ path }) => path),
    ['a', 'c'],
  )
})

test('without a kustomization all YAML is one build, with files and lines', async () => {
  const { builds, environments, gitops } = await inputOf({
    'a.yaml': `${pod('a')}---\n${pod('b')}`,
    'x/y.yml': pod('c'),
    'argocd/app.yaml': 'kind: Application\napiVersion: argoproj.io/v1alpha1\nmetadata: { name: d }\n',
    'values.yaml': 'replicas: 1\n',
  })
  assert.deepEqual(environments, [])
  assert.deepEqual(
    builds.map(({ path, isWhole, manifests }) => [
      path,
      isWhole,
      manifests.map(({ name, file, line }) => [name, file, line]),
    ]),
    [
      [
        '.',
        true,
        [
          ['a', 'a.yaml', 1],
          ['b', 'a.yaml', 5],
          ['c', 'x/y.yml', 1],
        ],
      ],
    ],
  )
  assert.deepEqual(
    gitops.map(({ name }) => name),
    ['d'],
  )
})

test('what takes in a refused file or a remote place is not built, but an error', async () => {
  const refused = [
    { path: 'base/big.yaml', reason: 'is too large', mend: 'split it', severity: 'blocker' as const },
  ]
  const { builds } = await inputOf(
    {
      'base/kustomization.yaml': 'resources: [big.yaml]',
      'overlays/dev/kustomization.yaml': 'resources: [../../base]',
      'overlays/prod/kustomization.yaml': 'resources: ["https://host/x"]',
    },
    { refused },
  )
  assert.deepEqual(
    builds.map(({ path, error, manifests }) => [path, error, manifests.length]),
    [
      ['base', 'base/big.yaml is too large', 0],
      ['overlays/dev', 'base/big.yaml is too large', 0],
      ['overlays/prod', 'https://host/x is remote, and nothing is fetched', 0],
    ],
  )
})
