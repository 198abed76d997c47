import assert from 'node:assert/strict'
import { test } from 'node:test'
import { closureOf, isRemote, kustomizationsOf } from '../../../src/adapters/kubernetes/kustomization.ts'

const files = [
  { path: 'base/kustomization.yaml', text: 'resources: [a.yaml, https://host/b.yaml]\n' },
  {
    path: 'overlays/prod/kustomization.yml',
    text: 'resources: [../../base/]\ncomponents: [../../part]\npatches: [{path: p.yaml}]\n',
  },
  {
    path: 'part/Kustomization',
    text: 'kind: Component\npatchesStrategicMerge: [q.yaml, "kind: Pod\\nx: 1"]\n',
  },
  { path: 'base/a.yaml', text: 'kind: Pod\n' },
]

test('kustomizations are found by name, with what they take in', () => {
  const found = kustomizationsOf(files)
  assert.deepEqual(
    found.map(({ folder, isComponent, local, remote }) => ({ folder, isComponent, local, remote })),
    [
      { folder: 'base', isComponent: false, local: ['base/a.yaml'], remote: ['https://host/b.yaml'] },
      {
        ...{ folder: 'overlays/prod', isComponent: false, remote: [] },
        local: ['base/', 'part', 'overlays/prod/p.yaml'],
      },
      { folder: 'part', isComponent: true, local: ['part/q.yaml'], remote: [] },
    ],
  )
})

test('a build takes in what its kustomizations name, and what those name', () => {
  const { folders, files: taken, remote } = closureOf('overlays/prod', kustomizationsOf(files))
  assert.deepEqual([...folders].toSorted(), ['base', 'overlays/prod', 'part'])
  assert.ok(taken.has('base/a.yaml') && taken.has('overlays/prod/p.yaml') && taken.has('part/q.yaml'))
  assert.deepEqual(remote, ['https://host/b.yaml'])
})

test('kustomizations that take in each other come to an end', () => {
  const circle = [
    { path: 'a/kustomization.yaml', text: 'resources: [../b]\n' },
    { path: 'b/kustomization.yaml', text: 'resources: [../a]\n' },
  ]
  assert.deepEqual([...closureOf('a', kustomizationsOf(circle)).folders].toSorted(), ['a', 'b'])
})

test('addresses, short names of repositories and pinned ones are remote; paths are not', () => {
  const remote = [
    'https://h/x',
    'git@h:x',
    'git::https://h/x',
    'github.com/a/b',
    'h/a//b?ref=v1',
    'ssh://h/x',
  ]
  for (const source of remote) assert.equal(isRemote(source), true, source)
  for (const source of ['../base', 'a.yaml', './x/y', 'github.com-notes']) {
    assert.equal(isRemote(source), false, source)
  }
})
