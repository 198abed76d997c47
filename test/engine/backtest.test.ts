import assert from 'node:assert/strict'
import { test } from 'node:test'
import { money } from '../../src/domain/decimal.ts'
import { runBacktest } from '../../src/engine/backtest.ts'
import type { EngineConfig } from '../../src/engine/engine.ts'
import { summarize } from '../../src/engine/run-summary.ts'
import type { RunSummary } from '../../src/engine/run-summary.ts'
import { strategies } from '../../src/engine/strategies.ts'
import { createTapeSource } from '../../src/engine/tape-source.ts'
import type { TapeColumns } from '../../src/engine/tape.ts'
import { bitcoin, configOf } from './scenario.ts'

/** Prices that swing slowly enough for momentum to enter and leave. */
function swingingTape(rows: number): TapeColumns {
  const eventMs = new Float64Array(rows)
  const price = new Float64Array(rows)
  for (let row = 0; row < rows; row++) {
    eventMs[row] = 1_700_000_000_000 + row * 250
    price[row] = Math.round(5_000_000 + 100_000 * Math.sin(row / 2000)) / 100
  }
  const none = { kind: null, receivedMs: null, tradeId: null, side: null, intervalMs: null }
  const noQuotes = { bidPrice: null, bidQuantity: null, askPrice: null, askQuantity: null }
  return {
    ...{ eventMs, price, quantity: new Float64Array(rows).fill(0.5) },
    ...{ ...none, ...noQuotes, open: null, high: null, low: null },
  }
}

function momentumConfig(seed: number): EngineConfig {
  const strategy = strategies['momentum']
  assert(strategy !== undefined)
  return configOf({ strategy, seed })
}

async function summaryOf(seed: number, rows = 40_000): Promise<RunSummary> {
  const config = momentumConfig(seed)
  const { engine, tally } = await runBacktest(config, createTapeSource(bitcoin, swingingTape(rows)))
  return summarize({ tally, engine, config, elapsedMs: 1000 })
}

test('a run trades, and its equity is what was put in plus profit less fees', async () => {
  const summary = await summaryOf(1)
  assert(summary.signals > 0 && summary.orders > 0 && summary.fills > 0)
  const profit = money(summary.realizedPnl) + money(summary.unrealizedPnl) - money(summary.fees)
  assert.equal(money(summary.equityEnd), money(summary.equityStart) + profit)
  assert.equal(summary.trades, 40_000)
  assert.equal(summary.tradesPerSecond, 40_000)
})

test('equal settings and tape give equal summaries, journal hash included', async () => {
  assert.deepEqual(await summaryOf(7), await summaryOf(7))
})

test('a run that is stopped says so and has the result so far', async () => {
  const signal = { aborted: false }
  const source = createTapeSource(bitcoin, swingingTape(200_000))
  const { complete, engine } = await runBacktest(momentumConfig(1), source, {
    signal,
    onBatch: () => {
      signal.aborted = true
      return Promise.resolve()
    },
  })
  assert.equal(complete, false)
  assert(engine.marketSeq() < 200_000)
})

test('an empty tape gives a summary without times', async () => {
  const summary = await summaryOf(1, 0)
  assert.equal(summary.firstMs, null)
  assert.equal(summary.sharpe, null)
  assert.equal(summary.equityEnd, '10000')
  assert.equal(summary.journalHash, '')
})

test('every log entry is handed on, in order', async () => {
  const seqs: number[] = []
  const { engine } = await runBacktest(momentumConfig(1), createTapeSource(bitcoin, swingingTape(5000)), {
    onEntry: (entry) => seqs.push(entry.seq),
  })
  assert.equal(seqs.length, engine.journal.seq)
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
  )
})
