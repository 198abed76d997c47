import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAuditFindings } from '../../../src/adapters/postgres/audit-findings.ts'

test('what holds is counted, and what does not is told, the first few in words', () => {
  const findings = createAuditFindings()
  findings.describe('I4', 'fills of the log')
  findings.describe('I4', 'trades of the venue')
  findings.check('I4', true, () => 'unsaid')
  for (const index of [1, 2, 3, 4, 5]) findings.check('I9', index === 5, () => `order ${index}`)
  const results = findings.results()
  assert.deepEqual(results[3], {
    id: 'I4',
    ok: true,
    detail: 'fills of the log; trades of the venue (1 checked)',
  })
  assert.deepEqual(results[8], {
    ...{ id: 'I9', ok: false, detail: '4 of 5 broken: order 1; order 2; order 3 and 1 more' },
  })
  assert.equal(results.length, 18)
})

test('there are no other invariants', () => {
  assert.throws(() => {
    createAuditFindings().check('I19', true, () => '')
  }, /no invariant I19/)
})
