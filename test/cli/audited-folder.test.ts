import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FILE_BYTES_MAX } from '../../src/adapters/kubernetes/folder.ts'
import { readAuditedFolder } from '../../src/cli/audited-folder.ts'
import type { AuditedFolder } from '../../src/cli/audited-folder.ts'
import { withFiles } from '../adapters/kubernetes/written-folder.ts'
import type { WrittenFiles } from '../adapters/kubernetes/written-folder.ts'

const read = (files: WrittenFiles): Promise<AuditedFolder> =>
  withFiles(files, (folder) =>
    readAuditedFolder(folder, { overlay: null, signal: new AbortController().signal }),
  )

test('kustomizations are built by the real program, layers and all', async () => {
  const { input, given } = await read({
    'base/kustomization.yaml': 'resources: [pod.yaml]\n',
    'base/pod.yaml': 'kind: Pod\napiVersion: v1\nmetadata: { name: web }\n',
    'overlays/prod/kustomization.yaml': 'namespace: shop\nresources: [../../base]\n',
  })
  assert.deepEqual(
    input.builds.map(({ path, error, warnings, manifests }) => [
      ...[path, error, warnings],
      manifests.map(({ kind, namespace, name }) => `${kind} ${namespace}/${name}`),
    ]),
    [
      ['base', null, [], ['Pod /web']],
      ['overlays/prod', null, [], ['Pod shop/web']],
    ],
  )
  assert.deepEqual(given.get('R02'), [])
  assert.ok('metricNames' in input.settings && 'serviceSettings' in input.settings)
})

test('a build that leaves its folder, one that is deprecated and one that is broken are told', async () => {
  const { input } = await read({
    'pod.yaml': 'kind: Pod\napiVersion: v1\nmetadata: { name: web }\n',
    'a/kustomization.yaml': 'resources: [../pod.yaml]\n',
    'b/kustomization.yaml': 'commonLabels: { a: b }\nresources: [pod.yaml]\n',
    'b/pod.yaml': 'kind: Pod\napiVersion: v1\nmetadata: { name: web }\n',
    'c/kustomization.yaml': 'resources: [\n',
  })
  const [outside, deprecated, broken] = input.builds
  assert.match(outside?.error ?? '', /security; file .* is not in or below/)
  assert.match(deprecated?.warnings.join('\n') ?? '', /'commonLabels' is deprecated/)
  assert.ok((broken?.error ?? '').length > 0)
})

test('a manifest that is too large is neither built nor silent', async () => {
  const { input, given } = await read({
    'kustomization.yaml': 'resources: [big.yaml]\n',
    'big.yaml': new Uint8Array(FILE_BYTES_MAX * 10).fill(0x61),
  })
  assert.match(input.builds[0]?.error ?? '', /^big\.yaml has 50\.0 MiB/)
  assert.deepEqual(
    given.get('R02')?.map(({ file, severity }) => [file, severity]),
    [['big.yaml', 'blocker']],
  )
})
