import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manifestOf } from '../../../src/adapters/kubernetes/manifest.ts'
import type { ValueRecord } from '../../../src/adapters/kubernetes/value.ts'
import { selects, workloadOf, workloadsOf } from '../../../src/adapters/kubernetes/workload.ts'

const template = {
  metadata: { labels: { app: 'x' } },
  spec: { initContainers: [{ name: 'first' }], containers: [{ name: 'main' }] },
}
const object = (kind: string, spec: ValueRecord): ValueRecord => ({
  apiVersion: 'v1',
  kind,
  metadata: {},
  spec,
})

test('whatever runs pods has its template, containers and selector at hand', () => {
  const spec = { replicas: 2, selector: { matchLabels: { app: 'x' } }, template }
  const workload = workloadOf(manifestOf(object('Deployment', spec)))
  assert.equal(workload?.replicas, 2)
  assert.deepEqual(workload.selector, { app: 'x' })
  assert.deepEqual(workload.podLabels, { app: 'x' })
  assert.deepEqual(
    workload.containers.map(({ name, isInit }) => [name, isInit]),
    [
      ['first', true],
      ['main', false],
    ],
  )
})

test('a CronJob and a Pod hold theirs elsewhere, and replicas that a scaler decides are open', () => {
  const cron = workloadOf(manifestOf(object('CronJob', { jobTemplate: { spec: { template } } })))
  assert.deepEqual([cron?.containers.length, cron?.replicas], [2, 1])
  const pod = workloadOf(manifestOf({ ...template, kind: 'Pod' }))
  assert.deepEqual([pod?.containers.length, pod?.podLabels], [2, { app: 'x' }])
  assert.equal(workloadOf(manifestOf(object('StatefulSet', { template })))?.replicas, undefined)
})

test('what runs no pods is no workload', () => {
  assert.deepEqual(workloadsOf([manifestOf(object('Service', {})), manifestOf({})]), [])
})

test('every label of a selector counts, and an empty one selects nobody', () => {
  assert.equal(selects({ a: '1' }, { a: '1', b: '2' }), true)
  assert.equal(selects({ a: '1', b: '3' }, { a: '1', b: '2' }), false)
  assert.equal(selects({}, { a: '1' }), false)
})
