import assert from 'node:assert/strict'
import { test } from 'node:test'
import { moveStance } from '../../../src/engine/strategies/stance.ts'
import type { Stance } from '../../../src/engine/strategies/stance.ts'

test('each change of the wanted side is wished once', () => {
  const stance: Stance = { side: null }
  assert.equal(moveStance(stance, null, 'why'), null)
  assert.deepEqual(moveStance(stance, 'buy', 'why'), { action: 'enter', side: 'buy', reason: 'why' })
  assert.equal(moveStance(stance, 'buy', 'why'), null)
  assert.deepEqual(moveStance(stance, null, 'why'), { action: 'exit', side: 'sell', reason: 'why' })
  assert.equal(moveStance(stance, null, 'why'), null)
})

test('a reversal is out first and in with the next data', () => {
  const stance: Stance = { side: 'buy' }
  assert.deepEqual(moveStance(stance, 'sell', 'why'), { action: 'exit', side: 'sell', reason: 'why' })
  assert.deepEqual(moveStance(stance, 'sell', 'why'), { action: 'enter', side: 'sell', reason: 'why' })
})
