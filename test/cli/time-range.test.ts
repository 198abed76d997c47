import assert from 'node:assert/strict'
import { test } from 'node:test'
import { timeRangeOf } from '../../src/cli/time-range.ts'

const rangeOf = (values: Readonly<Record<string, string>>) => timeRangeOf({ positionals: [], values })

test('without options all of the data is meant', () => {
  assert.deepEqual(rangeOf({}), { fromMs: -Infinity, toMs: Infinity })
})

test('times are UTC, however they are written', () => {
  const fromMs = Date.UTC(2024, 7, 8, 23, 55)
  for (const from of [
    '2024-08-08T23:55',
    '2024-08-08 23:55:00',
    '2024-08-08T23:55:00.000Z',
    String(fromMs),
  ]) {
    assert.equal(rangeOf({ from }).fromMs, fromMs)
  }
  assert.equal(rangeOf({ to: '2024-08-08' }).toMs, Date.UTC(2024, 7, 8))
})

test('what is no time, and a range without time in it, is wrong usage', () => {
  for (const from of ['yesterday', '2024-13-01', '08/08/2024', '2024-08-08T25:00', '12']) {
    assert.throws(() => rangeOf({ from }), { code: 'CDB_USAGE' })
  }
  assert.throws(() => rangeOf({ from: '2024-01-01', to: '2024-01-01' }), { code: 'CDB_USAGE' })
})
