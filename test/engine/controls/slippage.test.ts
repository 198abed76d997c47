import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ratio } from '../../../src/domain/decimal.ts'
import { slippage } from '../../../src/engine/controls/slippage.ts'
import { breachOf, facts, limitsOf, NOW_MS, order } from './facts.ts'

const fill = (share: string, ageMs = 0) => ({ eventMs: NOW_MS - ageMs, share: ratio(share) })

function isStopped(...slippages: ReturnType<typeof fill>[]): boolean {
  const about = facts({ slippages })
  const breach = breachOf(slippage, order(), about)
  assert.deepEqual(slippage.watch?.(about, limitsOf(slippage)), breach)
  return breach !== null
}

test('one bad fill passes, the second within the window stops the instrument', () => {
  assert.equal(isStopped(fill('0.02')), false)
  assert.equal(isStopped(fill('0.02'), fill('0.05')), true)
  assert.equal(isStopped(fill('0.02', 599_999), fill('0.05')), true)
  assert.equal(isStopped(fill('0.02', 600_000), fill('0.05')), false)
})

test('a fill worse by exactly the share is not bad yet', () => {
  assert.equal(isStopped(fill('0.01'), fill('0.01'), fill('0.01')), false)
  assert.equal(isStopped(fill('0.010000000001'), fill('0.010000000001')), true)
})
