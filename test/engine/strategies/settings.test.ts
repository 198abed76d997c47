import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParams } from '../../../src/domain/param.ts'
import { candleParam, lengthParam, shortParam } from '../../../src/engine/strategies/settings.ts'

const specs = [candleParam, shortParam, lengthParam('fast', '9', 'Candles of the fast average.')]
const parse = (given: Readonly<Record<string, string>>): unknown => parseParams('strategy test', specs, given)

test('the defaults are within their own bounds', () => {
  assert.deepEqual(parse({}), { candle: 60_000, short: false, fast: 9 })
})

test('the bounds themselves are allowed', () => {
  assert.deepEqual(parse({ candle: '1s', fast: '1' }), { candle: 1_000, short: false, fast: 1 })
  assert.deepEqual(parse({ candle: '1d', fast: '1000', short: 'true' }), {
    ...{ candle: 86_400_000, short: true, fast: 1000 },
  })
})

test('what is beyond them, or not of the type, is refused with the name of the parameter', () => {
  for (const [given, code] of [
    [{ candle: '500ms' }, 'CDB_PARAM_RANGE'],
    [{ candle: '2d' }, 'CDB_PARAM_RANGE'],
    [{ fast: '0' }, 'CDB_PARAM_RANGE'],
    [{ fast: '1001' }, 'CDB_PARAM_RANGE'],
    [{ fast: '2.5' }, 'CDB_PARAM_INVALID'],
    [{ short: 'perhaps' }, 'CDB_PARAM_INVALID'],
  ] as const) {
    const [name = ''] = Object.keys(given)
    assert.throws(() => parse(given), { code, message: new RegExp(name) })
  }
})
