import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseQuantity } from '../../../../src/adapters/kubernetes/checks/resource-quantity.ts'

test('quantities are read in cores and bytes', () => {
  assert.equal(parseQuantity('500m'), 0.5)
  assert.equal(parseQuantity(2), 2)
  assert.equal(parseQuantity('512Mi'), 512 * 2 ** 20)
  assert.equal(parseQuantity('1.5G'), 1.5e9)
  assert.equal(parseQuantity('1e3'), 1000)
  assert.equal(parseQuantity('2E'), 2e18)
})

test('what is no quantity is null', () => {
  for (const text of ['', '1 Gi', 'Gi', '1MB', 'one', null, undefined])
    assert.equal(parseQuantity(text), null)
})
