import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { combinationsOf, compareRuns, GRID_RUNS_MAX, parseGrid, parseSortKey } from '../../src/cli/grid.ts'
import { summaryWith } from './any-summary.ts'

test('a grid has every combination once, the last parameter changing fastest', () => {
  assert.deepEqual(combinationsOf(parseGrid(['a=1,2', 'b=x,y'])), [
    { a: '1', b: 'x' },
    { a: '1', b: 'y' },
    { a: '2', b: 'x' },
    { a: '2', b: 'y' },
  ])
  assert.deepEqual(combinationsOf({}), [{}])
})

test('a value that is given twice is run once', () => {
  assert.deepEqual(parseGrid(['a=1,1,2']), { a: ['1', '2'] })
})

test('the number of combinations is the product of the numbers of values', () => {
  const counts = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 5 })
  fc.assert(
    fc.property(counts, (sizes) => {
      const texts = sizes.map(
        (size, index) => `p${index}=${Array.from({ length: size }, (_, n) => n).join(',')}`,
      )
      const combinations = combinationsOf(parseGrid(texts)).map((pairs) => JSON.stringify(pairs))
      assert.equal(new Set(combinations).size, combinations.length)
      assert.equal(
        combinations.length,
        sizes.reduce((product, size) => product * size, 1),
      )
    }),
  )
})

test('a grid that cannot be read, or is too large, is wrong usage', () => {
  const many = Array.from({ length: GRID_RUNS_MAX / 2 + 1 }, (_, index) => index).join(',')
  for (const texts of [['lookback'], ['=1'], ['a='], ['a=1,,2'], ['a=1', 'a=2'], [`a=${many}`, 'b=1,2']]) {
    assert.throws(() => parseGrid(texts), { code: 'CDB_USAGE' })
  }
})

test('runs are sorted best first: more return, less drawdown, those without the figure last', () => {
  const runs = [
    summaryWith({ strategy: 'a', sharpe: 1, maxDrawdown: 0.3, totalReturn: 0.1 }),
    summaryWith({ strategy: 'b', sharpe: null, maxDrawdown: 0.1, totalReturn: 0.2 }),
    summaryWith({ strategy: 'c', sharpe: 2, maxDrawdown: 0.2, totalReturn: 0.3 }),
    summaryWith({ strategy: 'd', sharpe: null, maxDrawdown: 0.4, totalReturn: 0.4 }),
  ]
  const namesBy = (key: string): string =>
    runs
      .toSorted(compareRuns(parseSortKey(key)))
      .map(({ strategy }) => strategy)
      .join('')
  assert.equal(namesBy('sharpe'), 'cadb')
  assert.equal(namesBy('maxDrawdown'), 'bcad')
  assert.equal(namesBy('totalReturn'), 'dcba')
})

test('a figure that runs are not sorted by is wrong usage', () => {
  assert.throws(() => parseSortKey('journalHash'), { code: 'CDB_USAGE' })
  assert.throws(() => parseSortKey('toString'), { code: 'CDB_USAGE' })
})
