import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import { test } from 'node:test'
import { money } from '../../src/domain/decimal.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import { parseParams } from '../../src/domain/param.ts'
import { runBacktest } from '../../src/engine/backtest.ts'
import { parseLimits } from '../../src/engine/controls.ts'
import type { EngineConfig } from '../../src/engine/engine.ts'
import { paperVenueParams } from '../../src/engine/paper-venue/paper-venue.ts'
import { parseRegimeParams } from '../../src/engine/regime.ts'
import { summarize } from '../../src/engine/run-summary.ts'
import type { RunSummary } from '../../src/engine/run-summary.ts'
import { sizingParams } from '../../src/engine/sizing.ts'
import { strategies } from '../../src/engine/strategies.ts'
import { createTapeSource } from '../../src/engine/tape-source.ts'
import type { TapeColumns } from '../../src/engine/tape.ts'

const instrument = instrumentOf('BTCUSDT.BINANCE')

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

function configOf(seed: number): EngineConfig {
  const strategy = strategies['momentum']
  assert(strategy !== undefined)
  return {
    ...{ instrument, account: 'paper', cash: money('10000'), short: false, seed, strategy },
    params: parseParams('momentum', strategy.params, {}),
    regime: parseRegimeParams({}),
    sizing: parseParams('sizing', sizingParams, {}),
    limits: parseLimits({}),
    venue: parseParams('venue', paperVenueParams, {}),
    digest: (text) => hash('sha256', text, 'hex'),
  }
}

async function summaryOf(seed: number, rows = 40_000): Promise<RunSummary> {
  const config = configOf(seed)
  const { engine, tally } = await runBacktest(config, createTapeSource(instrument, swingingTape(rows)))
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
  const source = createTapeSource(instrument, swingingTape(200_000))
  const { complete, engine } = await runBacktest(configOf(1), source, {
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
  const { engine } = await runBacktest(configOf(1), createTapeSource(instrument, swingingTape(5000)), {
    onEntry: (entry) => seqs.push(entry.seq),
  })
  assert.equal(seqs.length, engine.journal.seq)
  assert.deepEqual(
    seqs,
    seqs.map((_, index) => index + 1),
  )
})
