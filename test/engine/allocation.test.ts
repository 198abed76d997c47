import assert from 'node:assert/strict'
import { test } from 'node:test'
import { formatDecimal } from '../../src/domain/decimal.ts'
import { parseParams } from '../../src/domain/param.ts'
import { regimes } from '../../src/domain/signal.ts'
import { allocationOf } from '../../src/engine/allocation.ts'
import { regimeParams } from '../../src/engine/regime.ts'

const sharesOf = (given: Record<string, string>) => {
  const params = parseParams('regime', regimeParams, given)
  return Object.fromEntries(regimes.map((regime) => [regime, formatDecimal(allocationOf(regime, params))]))
}

test('each regime has its share', () => {
  assert.deepEqual(sharesOf({}), { unknown: '0.5', trend: '1', range: '1', chaotic: '0.2' })
})

test('a share that is set is taken over exactly, and none is above the whole', () => {
  assert.equal(sharesOf({ allocationChaotic: '0.000000000001' }).chaotic, '0.000000000001')
  assert.throws(() => sharesOf({ allocationTrend: '1.000000000001' }), { code: 'CDB_PARAM_RANGE' })
})
