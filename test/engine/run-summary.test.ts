import assert from 'node:assert/strict'
import { test } from 'node:test'
import { add, money } from '../../src/domain/decimal.ts'
import { runBacktest } from '../../src/engine/backtest.ts'
import { summarize, writtenParams } from '../../src/engine/run-summary.ts'
import type { RunSummary, SummarySource } from '../../src/engine/run-summary.ts'
import { createTapeSourceOf } from '../cli/trade-source.ts'
import { candleParam, lengthParam, shortParam } from '../../src/engine/strategies/settings.ts'
import { configOf, enterLong, exitLong, scripted, START_MS, tradeAt } from './scenario.ts'

const config = configOf({
  strategy: scripted({ 5: exitLong, 10: enterLong, 30: exitLong, 200: enterLong, 201: enterLong }),
  venue: { latencyMs: '0', latencyJitterMs: '0' },
})

/** A price that rises from one trade to the next, a second apart. */
const tape = Array.from({ length: 300 }, (_, index) => tradeAt(index + 1, index * 1_000, 50_000 + index))

async function ranOver(trades: typeof tape): Promise<SummarySource> {
  const { engine, tally } = await runBacktest(config, createTapeSourceOf(trades))
  return { engine, tally, config, elapsedMs: 2_000 }
}

const summary: RunSummary = summarize(await ranOver(tape))

test('counts and times are of the tape and the log', () => {
  assert.equal(summary.trades, 300)
  assert.equal(summary.firstMs, START_MS)
  assert.equal(summary.lastMs, START_MS + 299_000)
  assert.equal(summary.instrument, 'BTCUSDT.BINANCE')
  assert.equal(summary.tradesPerSecond, 150)
  assert.equal(summary.eventsPerSecond, 150)
  assert.equal(summary.elapsedMs, 2_000)
  assert(summary.fills >= 3 && summary.signals >= 4)
  assert.match(summary.journalHash, /^[0-9a-f]{64}$/)
})

test('denials by code sum to the denials, the most frequent first', () => {
  const counts = Object.values(summary.deniedByCode)
  assert(counts.length > 0)
  assert.equal(
    counts.reduce((sum, count) => sum + count, 0),
    summary.denied,
  )
  assert.deepEqual(
    counts,
    counts.toSorted((left, right) => right - left),
  )
})

test('the money figures balance to the last digit', () => {
  const profit = add(money(summary.realizedPnl), money(summary.unrealizedPnl)) - money(summary.fees)
  assert.equal(money(summary.equityEnd), money(summary.equityStart) + profit)
  assert.equal(summary.totalReturn, Number(summary.equityEnd) / 10_000 - 1)
  assert.deepEqual(summary.feesByAsset, { USDT: summary.fees })
  assert.equal(summary.turnoverRate, Number(summary.turnover) / 10_000)
})

test('a closed round trip makes the trip figures; a position still held is exposure and unrealized', () => {
  assert.equal(summary.roundTrips, 1)
  assert.equal(summary.averageHeldMs === null ? 0 : Math.round(summary.averageHeldMs / 1_000), 20)
  assert(Number(summary.position) > 0 && Number(summary.unrealizedPnl) > 0)
  assert(summary.exposure !== null && summary.exposure > 0.3 && summary.exposure < 0.5)
})

test('what the data cannot say is null, and an empty run is all zeros', async () => {
  const none = summarize({ ...(await ranOver([])), elapsedMs: 0 })
  for (const name of [
    'firstMs',
    'lastMs',
    'sharpe',
    'calmar',
    'winRate',
    'profitFactor',
    'exposure',
  ] as const) {
    assert.equal(none[name], null, name)
  }
  for (const name of ['trades', 'totalReturn', 'maxDrawdown', 'tradesPerSecond', 'logEntries'] as const) {
    assert.equal(none[name], 0, name)
  }
  assert.deepEqual([none.position, none.journalHash, none.averageWin], ['0', '', null])
})

test('books of the tally that differ from those of the engine end the process', async () => {
  const source = await ranOver(tape)
  source.tally.portfolio.cash = add(source.tally.portfolio.cash, money('0.000000000001'))
  assert.throws(() => summarize(source), /cash follows from the fills/)
  const feesOff = await ranOver(tape)
  feesOff.tally.portfolio.fees = money('0')
  assert.throws(() => summarize(feesOff), /fees follow from the fills/)
})

test('parameters are written as the command line takes them, with defaults where none was given', () => {
  const specs = [candleParam, shortParam, lengthParam('fast', '9', '')]
  assert.deepEqual(writtenParams(specs, { candle: 300_000, short: true }), {
    candle: '5m',
    short: 'true',
    fast: '9',
  })
})
