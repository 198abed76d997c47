import assert from 'node:assert/strict'
import { test } from 'node:test'
import { changesNothing, patchProblems } from '../../../../src/adapters/kubernetes/checks/patches.ts'
import { sampleBuild, sampleInput } from '../audit-sample.ts'

const WEB = `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, labels: { tier: front } }
spec: { replicas: 2, template: { spec: { containers: [{ name: web, image: web, args: [a, b] }] } } }
`
const found = (kustomization: string, more: readonly (readonly [string, string])[] = []): readonly string[] =>
  patchProblems(
    sampleInput('', {
      builds: [sampleBuild(WEB), sampleBuild(WEB, { path: 'base', isWhole: false })],
      files: [
        ['overlays/prod/kustomization.yaml', `resources: [../../base]\n${kustomization}`] as const,
        ...more,
      ].map(([path, text]) => ({ path, text })),
    }),
  ).map(({ message }) => message)

const merge = (spec: string): string => `kind: Deployment\nmetadata: { name: web }\nspec: ${spec}`
const IDLE = 'repeats what is there already, so that it does nothing'

test('a patch that changes something passes', () => {
  assert.deepEqual(
    found('patches: [{ path: p.yaml }]', [['overlays/prod/p.yaml', merge('{ replicas: 3 }')]]),
    [],
  )
  const operation = 'patch: "[{op: replace, path: /spec/replicas, value: 3}]"'
  assert.deepEqual(found(`patches: [{ target: { kind: Deployment, name: w.* }, ${operation} }]`), [])
})

test('a patch that repeats the base is told, merged or by operations', () => {
  assert.deepEqual(
    found('patches: [{ path: p.yaml }]', [['overlays/prod/p.yaml', merge('{ replicas: 2 }')]]),
    [`patch p.yaml ${IDLE}`],
  )
  const operation = 'patch: "[{op: replace, path: /spec/replicas, value: 2}]"'
  assert.deepEqual(found(`patches: [{ target: { labelSelector: tier=front }, ${operation} }]`), [
    `patch 1 ${IDLE}`,
  ])
  const old = `patchesStrategicMerge: [p.yaml]`
  assert.deepEqual(found(old, [['overlays/prod/p.yaml', merge('{ replicas: 2 }')]]), [`patch p.yaml ${IDLE}`])
})

test('a patch whose target is nobody is told, and one of a Component is not judged', () => {
  const lost = 'patches: [{ target: { kind: Deployment, name: mail }, patch: "[]" }]'
  assert.deepEqual(found(lost), ['patch 1 reaches no object'])
  assert.deepEqual(found(`kind: Component\n${lost}`), [])
})

test('resources that are files are read', () => {
  const input = sampleInput('', {
    builds: [sampleBuild(WEB)],
    files: [
      {
        path: 'overlays/prod/kustomization.yaml',
        text: 'resources: [web.yaml]\npatches: [{ path: p.yaml }]',
      },
      { path: 'overlays/prod/web.yaml', text: WEB },
      { path: 'overlays/prod/p.yaml', text: merge('{ replicas: 2 }') },
    ],
  })
  assert.equal(patchProblems(input).length, 1)
})

test('lists are merged by their keys, and replaced without', () => {
  const object = { spec: { containers: [{ name: 'a', image: 'x', args: ['1'] }, { name: 'b' }] } }
  assert.ok(changesNothing({ spec: { containers: [{ name: 'a', image: 'x' }] } }, object))
  assert.ok(changesNothing({ spec: { containers: [{ name: 'a', args: ['1'] }] } }, object))
  assert.ok(!changesNothing({ spec: { containers: [{ name: 'a', args: ['2'] }] } }, object))
  assert.ok(!changesNothing({ spec: { containers: [{ name: 'c' }] } }, object))
  assert.ok(!changesNothing({ spec: { containers: [{ name: 'a', $patch: 'delete' }] } }, object))
  assert.ok(changesNothing({ spec: { volumes: null } }, object))
  assert.ok(!changesNothing({ spec: { containers: null } }, object))
})

test('operations that add to a list, remove or move always change something', () => {
  const object = { a: { 'b/c': 1, d: ['x'] } }
  assert.ok(changesNothing([{ op: 'add', path: '/a/b~1c', value: 1 }], object))
  assert.ok(changesNothing([{ op: 'test', path: '/a/d', value: [] }], object))
  assert.ok(!changesNothing([{ op: 'add', path: '/a/d/0', value: 'x' }], object))
  assert.ok(!changesNothing([{ op: 'remove', path: '/a/d' }], object))
})
