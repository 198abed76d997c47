import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParams } from '../../../src/domain/param.ts'
import { meanReversion } from '../../../src/engine/strategies/mean-reversion.ts'
import { wishesOnCloses } from './closes.ts'

const start = (given: Record<string, string> = {}) =>
  meanReversion.create(
    parseParams('mean-reversion', meanReversion.params, {
      length: '4',
      width: '1',
      rsiLength: '2',
      ...given,
    }),
  )

test('it buys an oversold close below the lower band and leaves at the middle', () => {
  const wishes = wishesOnCloses(start(), [10, 10, 10, 10, 8, 7, 9])
  assert.deepEqual(wishes, [null, null, null, null, 'enter buy', null, 'exit sell'])
})

test('a close below the band is not bought while RSI is above its limit', () => {
  assert.deepEqual(wishesOnCloses(start({ rsiLength: '4' }), [5, 7, 9, 11, 6]), new Array(5).fill(null))
  assert.equal(wishesOnCloses(start({ rsiLength: '4', rsiLow: '69' }), [5, 7, 9, 11, 6]).at(-1), 'enter buy')
})

test('a close on the middle band is reason enough to leave', () => {
  assert.deepEqual(wishesOnCloses(start(), [10, 10, 10, 10, 7, 9]).slice(4), ['enter buy', 'exit sell'])
})

test('with short it sells an overbought close above the upper band', () => {
  const wishes = wishesOnCloses(start({ short: 'true' }), [10, 10, 10, 10, 12, 13, 11])
  assert.deepEqual(wishes, [null, null, null, null, 'enter sell', null, 'exit buy'])
})

test('without a deviation there is nothing to revert from', () => {
  assert.deepEqual(wishesOnCloses(start({ short: 'true' }), new Array(20).fill(10)), new Array(20).fill(null))
})

test('after a gap bands and index are built anew', () => {
  const strategy = start()
  wishesOnCloses(strategy, [10, 10, 10, 10])
  strategy.onGap?.(60_000)
  assert.deepEqual(wishesOnCloses(strategy, [5, 4, 3], 10), [null, null, null])
})

test('an oversold limit that is not below the overbought one is refused', () => {
  assert.throws(() => start({ rsiLow: '70' }), { code: 'CDB_PARAM_RANGE' })
})
