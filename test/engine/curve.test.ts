import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { addPoint, createCurve, pointsOf } from '../../src/engine/curve.ts'

const points = fc.array(
  fc.record({ stepMs: fc.integer({ min: -5, max: 1000 }), value: fc.integer({ min: -100, max: 100 }) }),
  { minLength: 1, maxLength: 300 },
)

test('a short curve keeps every point', () => {
  const curve = createCurve(100)
  for (const [atMs, value] of [3, 1, 2].entries()) addPoint(curve, atMs, value)
  assert.deepEqual(pointsOf(curve), [
    { atMs: 0, value: 3 },
    { atMs: 1, value: 1 },
    { atMs: 2, value: 2 },
  ])
})

test('a long curve is bounded and keeps first, last, lowest and highest', () => {
  fc.assert(
    fc.property(points, (steps) => {
      const curve = createCurve(32)
      let atMs = 1_000_000
      for (const { stepMs, value } of steps) {
        atMs += stepMs
        addPoint(curve, atMs, value)
      }
      const kept = pointsOf(curve)
      const values = kept.map(({ value }) => value)
      const given = steps.map(({ value }) => value)
      assert(kept.length <= 32)
      assert.equal(Math.min(...values), Math.min(...given))
      assert.equal(Math.max(...values), Math.max(...given))
      assert.equal(values[0], given[0])
      assert.equal(values.at(-1), given.at(-1))
    }),
  )
})

test('times never step back', () => {
  fc.assert(
    fc.property(points, (steps) => {
      const curve = createCurve(16)
      let atMs = 0
      for (const { stepMs, value } of steps) addPoint(curve, (atMs += stepMs), value)
      const times = pointsOf(curve).map((point) => point.atMs)
      assert.deepEqual(
        times,
        times.toSorted((left, right) => left - right),
      )
    }),
  )
})
