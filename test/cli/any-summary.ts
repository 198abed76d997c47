import type { RunSummary } from '../../src/engine/run-summary.ts'

/** A summary with the figures given; the rest is that of a run that did nothing. */
export const summaryWith = (figures: Partial<RunSummary>): RunSummary => ({
  ...{ instrument: 'BTCUSDT.BINANCE', strategy: 'momentum', params: { lookback: '1m' }, seed: 1 },
  ...{ firstMs: 0, lastMs: 60_000, trades: 10, quotes: 0, candles: 0, gaps: 0 },
  ...{ signals: 0, orders: 0, denied: 0, deniedByCode: {}, rejected: 0, canceled: 0, expired: 0 },
  ...{ fills: 0, makerFills: 0, openOrders: 0, fees: '0', feesByAsset: {} },
  ...{ realizedPnl: '0', unrealizedPnl: '0', equityStart: '10000', equityEnd: '10000', cash: '10000' },
  ...{ position: '0', totalReturn: 0, maxDrawdown: 0, maxDrawdownMoney: '0' },
  ...{ sharpe: null, sortino: null, calmar: null, returns: 1, returnMs: 60_000 },
  ...{ roundTrips: 0, winRate: null, profitFactor: null, averageWin: null, averageLoss: null },
  ...{ averageHeldMs: null, exposure: 0, turnover: '0', turnoverRate: 0, alerts: 0, alertsByCode: {} },
  ...{ logEntries: 0, journalHash: '', elapsedMs: 1, tradesPerSecond: 10_000, eventsPerSecond: 10_000 },
  ...figures,
})
