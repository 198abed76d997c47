import assert from 'node:assert/strict'
import { test } from 'node:test'
import { liveChecks } from '../../../src/adapters/kubernetes/live-checks.ts'

test('live checks are numbered without a gap', () => {
  assert.deepEqual(
    liveChecks.map(({ id }) => id),
    Array.from({ length: 13 }, (_, index) => `L${String(index + 1).padStart(2, '0')}`),
  )
})
