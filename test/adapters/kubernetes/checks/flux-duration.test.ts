import assert from 'node:assert/strict'
import { test } from 'node:test'
import { durationMs } from '../../../../src/adapters/kubernetes/checks/flux-duration.ts'

test('a duration is the sum of its parts', () => {
  assert.equal(durationMs('1h30m'), 5_400_000)
  assert.equal(durationMs('1.5s'), 1500)
  assert.equal(durationMs('250ms'), 250)
})

test('what is no duration is none', () => {
  for (const text of [undefined, '', '10', 'm', '10 m', '-1m', '1d'])
    assert.equal(durationMs(text), undefined)
})
