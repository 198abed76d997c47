import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRecentSet } from '../../src/engine/recent-set.ts'

test('a key is remembered for at least the time asked, and not for more than twice as long', () => {
  const waits = fc.array(fc.nat({ max: 80 }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(waits, (steps) => {
      const set = createRecentSet(100)
      const addedMs: number[] = []
      let nowMs = 0
      for (const waitMs of steps) {
        nowMs += waitMs
        set.add(String(addedMs.length), nowMs)
        addedMs.push(nowMs)
        for (const [key, ms] of addedMs.entries()) {
          if (nowMs - ms < 100) assert.ok(set.has(String(key)))
          if (nowMs - ms >= 300) assert.ok(!set.has(String(key)))
        }
      }
    }),
  )
})

test('a key never added is not in it', () => {
  const set = createRecentSet(100)
  set.add('a', 0)
  assert.equal(set.has('b'), false)
})
