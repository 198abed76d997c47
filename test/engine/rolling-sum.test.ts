import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRollingSum } from '../../src/engine/rolling-sum.ts'

test('an amount counts until it is as old as the window', () => {
  const sum = createRollingSum(100)
  sum.add(0, 5n)
  assert.equal(sum.sumAt(99), 5n)
  assert.equal(sum.sumAt(100), 0n)
})

test('the sum is that of all amounts younger than the window', () => {
  const amounts = fc.array(fc.tuple(fc.nat({ max: 50 }), fc.bigInt({ min: 0n, max: 1000n })), {
    maxLength: 5000,
  })
  fc.assert(
    fc.property(amounts, (steps) => {
      const sum = createRollingSum(500)
      let nowMs = 0
      const added: { eventMs: number; amount: bigint }[] = []
      for (const [waitMs, amount] of steps) {
        nowMs += waitMs
        sum.add(nowMs, amount)
        added.push({ eventMs: nowMs, amount })
        const kept = added.filter(({ eventMs }) => eventMs > nowMs - 500)
        added.splice(0, added.length - kept.length)
        assert.equal(
          sum.sumAt(nowMs),
          kept.reduce((total, each) => total + each.amount, 0n),
        )
      }
    }),
    { numRuns: 20 },
  )
})
