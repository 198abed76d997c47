import assert from 'node:assert/strict'
import { test } from 'node:test'
import { benchBacktest } from '../../bench/backtest.ts'

test('the backtest bench trades, and its journal is a function of its options', async () => {
  const options = { trades: 200_000, seed: 1 }
  const first = await benchBacktest(options)
  const { summary } = first
  assert.equal(summary.trades, options.trades)
  assert.ok(summary.signals > 0 && summary.fills > 0)
  assert.ok(first.ratioToBare > 0)
  assert.equal((await benchBacktest(options)).summary.journalHash, summary.journalHash)
  assert.notEqual((await benchBacktest({ ...options, seed: 2 })).summary.journalHash, summary.journalHash)
})
