import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRandom } from '../../src/engine/random.ts'

const draws = (seed: number, name: string, count = 3): number[] => {
  const random = createRandom(seed, name)
  return Array.from({ length: count }, () => random())
}

/* Journals of runs that are kept depend on these numbers: a generator that gives others is another one. */
const vectors: readonly (readonly [number, string, readonly number[]])[] = [
  [1, 'latency', [1059349988, 3318512431, 2393657707]],
  [1, 'slippage', [2151058607, 2531796841, 557445012]],
  [2, 'latency', [1221414620, 3611271874, 1740803222]],
  [2 ** 32 + 1, 'latency', [3006944629, 1596095076, 381820445]],
]

for (const [seed, name, expected] of vectors) {
  test(`seed ${seed} and name ${name} give the numbers they always gave`, () => {
    assert.deepEqual(
      draws(seed, name).map((value) => value * 2 ** 32),
      expected,
    )
  })
}

test('every number is from 0 up to but not 1, for any seed and name', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.string(), (seed, name) => {
      for (const value of draws(seed, name, 20)) assert(value >= 0 && value < 1)
      assert.deepEqual(draws(seed, name), draws(seed, name))
    }),
  )
})

test('the draws of one consumer do not shift those of another', () => {
  const [left, right] = [createRandom(1, 'latency'), createRandom(1, 'slippage')]
  const mixed = [left(), left(), right(), left(), right()]
  const [a0, a1, a2] = draws(1, 'latency')
  const [b0, b1] = draws(1, 'slippage')
  assert.deepEqual(mixed, [a0, a1, b0, a2, b1])
})

test('numbers are spread evenly, and two names are not correlated', () => {
  const count = 20_000
  const [left, right] = [draws(7, 'latency', count), draws(7, 'slippage', count)]
  const cells = new Array<number>(10).fill(0)
  for (const value of left) cells[Math.floor(value * 10)] = (cells[Math.floor(value * 10)] ?? 0) + 1
  // Five standard deviations of a binomial with p = 0.1.
  for (const cell of cells) assert(Math.abs(cell - count / 10) < 5 * Math.sqrt(count * 0.09))
  const covariance = left.reduce((sum, value, index) => sum + (value - 0.5) * ((right[index] ?? 0) - 0.5), 0)
  assert(Math.abs((covariance / count) * 12) < 5 / Math.sqrt(count))
})
