import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  componentOf,
  flowTableOf,
  isOutsideEnd,
} from '../../../../src/adapters/kubernetes/checks/flow-table.ts'
import type { FlowTable } from '../../../../src/adapters/kubernetes/checks/flow-table.ts'
import { workloadsOf } from '../../../../src/adapters/kubernetes/workload.ts'
import { sampleInput, sampleManifests } from '../audit-sample.ts'
import { deploymentText } from '../check-run.ts'

const tableOf = (text: string): FlowTable =>
  flowTableOf(sampleInput('', { settings: { flows: 'f.yaml' }, files: [{ path: 'f.yaml', text }] }))

test('rows are read from the file that the settings name, below flows or alone', () => {
  const row = '{ from: web, to: db, port: 5432, why: reads }'
  const rows = [{ from: 'web', to: 'db', port: 5432, when: '' }]
  assert.deepEqual(tableOf(`flows: [${row}]`), { kind: 'rows', file: 'f.yaml', rows })
  assert.deepEqual(tableOf(`[${row}]`), { kind: 'rows', file: 'f.yaml', rows })
})

test('a row without a reason, a broken file and a missing one are told', () => {
  const reasonOf = (table: FlowTable): string => (table.kind === 'broken' ? table.reason : table.kind)
  assert.equal(reasonOf(tableOf('[{ from: web, to: db, port: 1 }]')), 'row 1 lacks from, to, port or why')
  assert.equal(reasonOf(tableOf('flows: []')), 'it has no rows')
  assert.notEqual(reasonOf(tableOf('flows: [')), 'it has no rows')
  assert.equal(
    reasonOf(flowTableOf(sampleInput('', { settings: { flows: 'f.yaml' } }))),
    'there is no such file',
  )
})

test('without a word in the settings there is no table', () => {
  assert.deepEqual(flowTableOf(sampleInput('')), { kind: 'none' })
})

test('components are known by their label, else by their name', () => {
  const labeled = deploymentText().replace(
    'labels: { app: web }',
    'labels: { app.kubernetes.io/name: shop-web }',
  )
  const names = workloadsOf(sampleManifests(deploymentText() + labeled)).map(componentOf)
  assert.deepEqual(names, ['web', 'shop-web'])
  assert.ok(isOutsideEnd('dns') && !isOutsideEnd('web'))
})
