import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  clearWindow,
  createTrailingWindow,
  priceBefore,
  pushTrade,
  volumeOf,
} from '../../../src/engine/strategies/trailing-window.ts'
import type { WindowTrade } from '../../../src/engine/strategies/trailing-window.ts'

/** What the window should say, looked up over the whole tape. */
function lookUp(tape: readonly WindowTrade[], spanMs: number): Readonly<{ before: number; volume: number }> {
  const times: number[] = []
  for (const { eventMs } of tape) times.push(Math.max(eventMs, times.at(-1) ?? eventMs))
  const beginMs = (times.at(-1) ?? 0) - spanMs
  const outside = tape.filter((_, index) => (times[index] ?? 0) <= beginMs)
  const inside = tape.slice(outside.length)
  return {
    before: outside.at(-1)?.price ?? Number.NaN,
    volume: inside.reduce((sum, each) => sum + each.quantity, 0),
  }
}

test('the window equals a look-up over the whole tape, also where time runs back', () => {
  const steps = fc.array(
    fc.record({
      stepMs: fc.integer({ min: -3, max: 9 }),
      price: fc.integer({ min: 1, max: 99 }),
      quantity: fc.nat(9),
    }),
    { minLength: 1, maxLength: 90 },
  )
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 40 }), steps, (spanMs, moves) => {
      const window = createTrailingWindow()
      const tape: WindowTrade[] = []
      let eventMs = 1000
      for (const { stepMs, price, quantity } of moves) {
        eventMs += stepMs
        tape.push({ eventMs, price, quantity })
        pushTrade(window, { eventMs, price, quantity }, spanMs)
        assert.deepEqual({ before: priceBefore(window), volume: volumeOf(window) }, lookUp(tape, spanMs))
      }
    }),
  )
})

test('a window wider than its first room grows and loses nothing', () => {
  const window = createTrailingWindow()
  for (let index = 0; index < 700; index++)
    pushTrade(window, { eventMs: index, price: index, quantity: 1 }, 500)
  for (let index = 700; index < 5000; index++)
    pushTrade(window, { eventMs: index, price: index, quantity: 1 }, 3000)
  // The window widened while it ran: what the narrower one had let go stays gone, everything since is there.
  assert.equal(volumeOf(window), 3000)
  assert.equal(priceBefore(window), 1999)
})

test('a huge trade leaves no rounding error behind once the ring has turned', () => {
  const window = createTrailingWindow()
  pushTrade(window, { eventMs: 0, price: 1, quantity: 1e18 }, 10)
  for (let index = 1; index < 2000; index++)
    pushTrade(window, { eventMs: index, price: 1, quantity: 0.1 }, 10)
  assert(Math.abs(volumeOf(window) - 1) < 1e-9)
})

test('a cleared window knows no price and no volume, and starts anew at any time', () => {
  const window = createTrailingWindow()
  for (const eventMs of [0, 10, 20]) pushTrade(window, { eventMs, price: 5, quantity: 1 }, 10)
  clearWindow(window)
  assert.deepEqual([priceBefore(window), volumeOf(window)], [Number.NaN, 0])
  pushTrade(window, { eventMs: 1, price: 7, quantity: 2 }, 10)
  assert.deepEqual([priceBefore(window), volumeOf(window)], [Number.NaN, 2])
})
