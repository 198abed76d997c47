import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gridReport, runReport, walkForwardReport } from '../../src/cli/backtest-report.ts'
import type { WalkForward } from '../../src/cli/walk-forward.ts'
import { summaryWith } from './any-summary.ts'
import { assertGolden } from './run-cli.ts'

const traded = summaryWith({
  ...{ trades: 9757, quotes: 28_040, gaps: 1, signals: 20, orders: 16, denied: 12, canceled: 8, fills: 8 },
  ...{ deniedByCode: { NOTHING_TO_EXIT: 6, REPEATED_EXECUTION: 6 }, alerts: 1 },
  ...{ alertsByCode: { REPEATED_EXECUTION: 1 }, fees: '0.39192', realizedPnl: '-0.0119' },
  ...{ equityEnd: '9999.59618', totalReturn: -0.0000404, maxDrawdown: 0.00004, maxDrawdownMoney: '0.4039' },
  ...{ sharpe: -524.85, sortino: -446.58, returns: 7, roundTrips: 4, winRate: 0.25, profitFactor: 0.5 },
  ...{ averageWin: '0.05', averageLoss: '0.1009', averageHeldMs: 6000, exposure: 0.0792 },
  ...{ turnover: '391.93', turnoverRate: 0.039193, logEntries: 188, journalHash: 'ab'.repeat(32) },
})

test('the report of a run reads as its golden file holds', () => {
  assertGolden('report-run.txt', runReport(traded, 'USDT'))
})

test('the report of a run without trading says what is missing for each figure', () => {
  assertGolden('report-idle-run.txt', runReport(summaryWith({}), 'USDT'))
})

test('the report of a grid reads as its golden file holds', () => {
  const runs = [traded, summaryWith({ params: { lookback: '5m' } })]
  assertGolden('report-grid.txt', gridReport(runs, ['lookback'], 'sharpe'))
})

test('the report of a walk-forward reads as its golden file holds', () => {
  const fold = { trainFromMs: 0, testFromMs: 60_000, testToMs: 120_000, params: { lookback: '5m' } }
  const result: WalkForward = {
    ...{ instrument: 'BTCUSDT.BINANCE', strategy: 'momentum', sortedBy: 'sharpe', trades: 20, signals: 2 },
    ...{ orders: 2, denied: 1, fills: 2, fees: '0.5', equityStart: '10000', equityEnd: '10100' },
    ...{ totalReturn: 0.01, maxDrawdown: 0.002, sharpe: 1.5, sortino: null },
    folds: [
      { ...fold, trainFigure: 2.5, test: traded },
      { ...fold, trainFigure: null, test: summaryWith({}) },
    ],
  }
  assertGolden('report-walk-forward.txt', walkForwardReport(result, 'USDT'))
})

test('money in the report is never rounded up', () => {
  assert.match(runReport(summaryWith({ equityEnd: '9999.999' }), 'USDT'), /10,000\.00 to 9,999\.99 USDT/)
})
