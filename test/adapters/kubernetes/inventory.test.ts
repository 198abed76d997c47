import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  budgetOf,
  fileGroups,
  kindCounts,
  memoryText,
  sizeText,
  workloadLines,
} from '../../../src/adapters/kubernetes/inventory.ts'
import { sampleBuild, sampleInput } from './audit-sample.ts'
import { deploymentText, serviceText } from './check-run.ts'

const limits = 'resources: { limits: { cpu: 500m, memory: 512Mi } }'
const web = (replicas: number): string =>
  deploymentText({
    spec: `replicas: ${replicas}`,
    container: `${limits}\n          ports: [{ containerPort: 80 }]`,
  })

test('files are counted by what they are for, the first rule that fits', () => {
  const files = [
    'README.md',
    'base/a.yaml',
    'base/services/b.yaml',
    'overlays/dev/c.yaml',
    'flux/d.yaml',
    'x.conf',
  ]
  const groups = fileGroups(sampleInput('', { files: files.map((path) => ({ path, text: '1234' })) }))
  assert.deepEqual(
    groups.map(({ category, paths, bytes }) => [category, paths, bytes]),
    [
      ['Base Manifests', ['base/a.yaml'], 4],
      ['Application Services', ['base/services/b.yaml'], 4],
      ['Environment Overlays', ['overlays/dev/c.yaml'], 4],
      ['GitOps Configuration', ['flux/d.yaml'], 4],
      ['Documentation', ['README.md'], 4],
      ['Other', ['x.conf'], 4],
    ],
  )
})

test('objects of a build are counted by kind, the commonest first', () => {
  const build = sampleBuild(`${web(1)}${serviceText('a')}${serviceText('b')}`)
  assert.deepEqual(kindCounts(build), [
    { kind: 'Service', count: 2 },
    { kind: 'Deployment', count: 1 },
  ])
})

test('a workload has its ports, its limits, and its replicas in each environment', () => {
  const dev = sampleBuild(web(1), { path: 'overlays/dev', environment: 'dev' })
  const input = sampleInput('', { environments: ['dev', 'prod'], builds: [dev, sampleBuild(web(2))] })
  assert.deepEqual(workloadLines(input), [
    {
      ...{ name: 'web', kind: 'Deployment', ports: [80], replicas: [1, 2], limits: '512Mi/500m' },
      objects: ['Deployment shop/web', 'Deployment shop/web'],
    },
  ])
  const missing = sampleInput('', { environments: ['dev', 'prod'], builds: [dev, sampleBuild('')] })
  assert.deepEqual(workloadLines(missing)[0]?.replicas, [1, null])
})

test('the budget of a build counts replicas', () => {
  assert.deepEqual(budgetOf(sampleBuild(web(3))), { memory: 3 * 512 * 2 ** 20, cpu: 1.5 })
  assert.deepEqual(budgetOf(sampleBuild('')), { memory: 0, cpu: 0 })
})

test('sizes are written as people write them', () => {
  assert.deepEqual([2 ** 30, 512 * 2 ** 20, 1536 * 2 ** 20].map(memoryText), ['1Gi', '512Mi', '1536Mi'])
  assert.deepEqual([1023, 2048].map(sizeText), ['1023 B', '2.0 KiB'])
})
