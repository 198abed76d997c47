import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../../src/domain/decimal.ts'
import { parseParams } from '../../../src/domain/param.ts'
import { performanceParams } from '../../../src/engine/performance.ts'
import { createStrategyCloses } from '../../../src/engine/risk/strategy-closes.ts'
import type { StrategyCloses } from '../../../src/engine/risk/strategy-closes.ts'

const params = parseParams('performance', performanceParams, { closesMin: '3', closesMax: '5' })

function closesOf(returns: Readonly<Record<string, readonly string[]>>): StrategyCloses {
  const closes = createStrategyCloses(params)
  for (const [strategy, pnls] of Object.entries(returns)) {
    for (const pnl of pnls) closes.add({ strategy, pnl: money(pnl), cost: money('100') })
  }
  return closes
}

test('a strategy that has closed nothing has no standing', () => {
  assert.equal(closesOf({}).standingOf('a'), null)
})

test('a strategy alone is never blocked, however badly it does', () => {
  assert.equal(closesOf({ a: ['-5', '-5', '-5'] }).standingOf('a')?.blocked, false)
})

test('a strategy that does worse than the median of the others is blocked, and they are not', () => {
  const closes = closesOf({ a: ['-5', '-5', '-5'], b: ['1', '1', '1'], c: ['2', '2', '2'] })
  assert.equal(closes.standingOf('a')?.blocked, true)
  assert.equal(closes.standingOf('c')?.blocked, false)
})

test('only the newest closes count', () => {
  const closes = closesOf({ a: ['-5', '-5', '-5', '4', '4', '4', '4', '4'], b: ['1', '1', '1'] })
  assert.equal(closes.standingOf('a')?.closes, 5)
  assert.equal(closes.standingOf('a')?.blocked, false)
})
