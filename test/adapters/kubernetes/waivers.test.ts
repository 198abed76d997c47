import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Finding } from '../../../src/adapters/kubernetes/audit-outcome.ts'
import { isWaived, waiverFault, waiversOf } from '../../../src/adapters/kubernetes/waivers.ts'

const waiver = { check: 'W17', object: 'Deployment shop/*', reason: 'one tenant', expires: '2026-06-30' }
const finding: Finding = {
  ...{ id: 'W17', severity: 'low', file: null, line: 0, object: 'Deployment shop/web' },
  ...{ message: 'has no priority', mend: 'set it' },
}

test('waivers are read from the settings, fields that are missing are empty', () => {
  assert.deepEqual(waiversOf({}), [])
  assert.deepEqual(waiversOf({ waivers: [waiver, { check: 'X01' }, 'text'] }), [
    waiver,
    { check: 'X01', object: '', reason: '', expires: '' },
    { check: '', object: '', reason: '', expires: '' },
  ])
})

test('a waiver counts up to its last day, and with a reason', () => {
  assert.equal(waiverFault(waiver, '2026-06-30'), null)
  assert.equal(waiverFault(waiver, '2026-07-01'), 'expired on 2026-06-30')
  assert.equal(waiverFault({ ...waiver, reason: '' }, '2026-01-01'), 'has no reason')
  assert.equal(waiverFault({ ...waiver, object: '' }, '2026-01-01'), 'names no check or no object')
  for (const expires of ['', 'never', '2026-13-01', '2026-6-1']) {
    assert.match(waiverFault({ ...waiver, expires }, '2026-01-01') ?? '', /has no day of expiry/)
  }
})

test('a star stands for any letters, everything else for itself', () => {
  assert.equal(isWaived(finding, waiver), true)
  assert.equal(isWaived({ ...finding, id: 'W18' }, waiver), false)
  assert.equal(isWaived({ ...finding, object: 'StatefulSet shop/web' }, waiver), false)
  assert.equal(isWaived(finding, { ...waiver, object: 'Deployment shop/we.' }), false)
  assert.equal(isWaived(finding, { ...waiver, object: '*' }), true)
  assert.equal(isWaived(finding, { ...waiver, object: 'Deployment shop/web' }), true)
})
