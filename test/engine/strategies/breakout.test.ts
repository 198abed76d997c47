import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseParams } from '../../../src/domain/param.ts'
import { breakout } from '../../../src/engine/strategies/breakout.ts'
import { wishesOnCloses } from './closes.ts'

const start = (given: Record<string, string> = {}) =>
  breakout.create(parseParams('breakout', breakout.params, { entry: '3', exit: '2', ...given }))

test('it enters above the highest of the candles before, and leaves below the lowest of fewer', () => {
  const wishes = wishesOnCloses(start(), [10, 12, 11, 12, 13, 12, 12, 11])
  assert.deepEqual(wishes, [null, null, null, null, 'enter buy', null, null, 'exit sell'])
})

test('a close on the edge of the channel has not broken out', () => {
  assert.deepEqual(wishesOnCloses(start({ short: 'true' }), [10, 12, 11, 12, 11]), new Array(5).fill(null))
})

test('with short it enters below the lowest and leaves above the highest', () => {
  const wishes = wishesOnCloses(start({ short: 'true' }), [10, 12, 11, 9, 8, 9, 9, 10])
  assert.deepEqual(wishes, [null, null, null, 'enter sell', null, null, null, 'exit buy'])
})

test('after a gap the channel is built anew', () => {
  const strategy = start()
  wishesOnCloses(strategy, [10, 10, 10])
  strategy.onGap?.(60_000)
  assert.deepEqual(wishesOnCloses(strategy, [50, 60, 70, 80], 10), [null, null, null, 'enter buy'])
})
