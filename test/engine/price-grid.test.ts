import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseDecimal, priceOfNumber } from '../../src/domain/decimal.ts'
import { gridNumber } from '../../src/engine/price-grid.ts'

test('multiples of a step are the doubles of their exact decimals', () => {
  for (const step of ['0.01', '0.05', '0.00000001', '25', '1', '0.000000000001', '0.125']) {
    const at = gridNumber(parseDecimal(step))
    for (const count of [0, 1, 3, 7, 1001, 123_456_789]) {
      assert.equal(priceOfNumber(at(count)), parseDecimal(step) * BigInt(count))
    }
  }
})
