import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createAtr, trueRange } from '../../../src/engine/indicators/atr.ts'
import { assertPublished, atrExample } from './chart-school.ts'

test('ATR reproduces the published example', () => {
  assertPublished(atrExample.bars.map(createAtr(14).next), atrExample.values, 1e-6)
})

test('the true range reaches to the close before the bar', () => {
  const bar = { high: 12, low: 10, close: 11 }
  assert.equal(trueRange(bar, 11), 2)
  assert.equal(trueRange(bar, 15), 5)
  assert.equal(trueRange(bar, 4), 8)
})

test('after a reset the first true range knows no earlier close', () => {
  const atr = createAtr(1)
  atr.next({ high: 1000, low: 900, close: 950 })
  atr.reset()
  assert.equal(atr.next({ high: 12, low: 10, close: 11 }), 2)
})
