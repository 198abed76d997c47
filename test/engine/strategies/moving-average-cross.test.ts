import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParams } from '../../../src/domain/param.ts'
import { movingAverageCross } from '../../../src/engine/strategies/moving-average-cross.ts'
import { wishesOnCloses } from './closes.ts'

const start = (given: Record<string, string> = {}) =>
  movingAverageCross.create(
    parseParams('moving-average-cross', movingAverageCross.params, {
      fast: '1',
      slow: '2',
      average: 'sma',
      ...given,
    }),
  )

test('it enters on a cross upwards and leaves on a cross downwards, each once', () => {
  const wishes = wishesOnCloses(start(), [10, 9, 10, 11, 12, 11, 10, 11])
  assert.deepEqual(wishes, [null, null, 'enter buy', null, null, 'exit sell', null, 'enter buy'])
})

test('averages that are apart from the start have not crossed', () => {
  assert.deepEqual(wishesOnCloses(start(), [10, 11, 12, 13]), [null, null, null, null])
})

test('averages that touch and part again have not crossed', () => {
  assert.deepEqual(wishesOnCloses(start(), [10, 9, 9, 8, 8, 7]), [null, null, null, null, null, null])
  assert.deepEqual(wishesOnCloses(start(), [10, 9, 10, 10, 11]), [null, null, 'enter buy', null, null])
})

test('with short a reversal is an exit and, one candle later, an entry', () => {
  const wishes = wishesOnCloses(start({ short: 'true' }), [10, 9, 10, 9, 8, 9, 10])
  assert.deepEqual(wishes, [null, null, 'enter buy', 'exit sell', 'enter sell', 'exit buy', 'enter buy'])
})

test('averages that changed places during a gap have crossed', () => {
  const strategy = start()
  assert.deepEqual(wishesOnCloses(strategy, [10, 9, 10]), [null, null, 'enter buy'])
  strategy.onGap?.(60_000)
  assert.deepEqual(wishesOnCloses(strategy, [20, 19], 10), [null, 'exit sell'])
})

test('lengths that do not differ and unknown averages are refused', () => {
  assert.throws(() => start({ fast: '2' }), { code: 'CDB_PARAM_RANGE' })
  assert.throws(() => start({ average: 'wma' }), { code: 'CDB_PARAM_INVALID' })
})
