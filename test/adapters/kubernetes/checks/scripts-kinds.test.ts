import assert from 'node:assert/strict'
import { test } from 'node:test'
import { kindOf, kindsOf } from '../../../../src/adapters/kubernetes/checks/scripts-kinds.ts'

test('short, plural and qualified names mean the same kind', () => {
  for (const word of ['deploy', 'deployments', 'Deployment', 'deployment.apps', 'deployment.apps/redis']) {
    assert.equal(kindOf(word), 'deployment')
  }
  assert.equal(kindOf('networkpolicies'), 'networkpolicy')
  assert.equal(kindOf('priorityclasses'), 'priorityclass')
  assert.equal(kindOf('priorityclass'), 'priorityclass')
  assert.equal(kindOf('ns'), 'namespace')
})

test('kinds may be listed', () => {
  assert.deepEqual(kindsOf('sts,pvc,services'), ['statefulset', 'persistentvolumeclaim', 'service'])
})
