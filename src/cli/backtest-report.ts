import { CALMAR_SPAN_MS_MIN, RETURNS_MIN } from '../engine/statistics.ts'
import type { RunSummary } from '../engine/run-summary.ts'
import {
  countFigure,
  moneyFigure,
  percentFigure,
  ratioFigure,
  spanFigure,
  timeFigure,
} from '../adapters/report/figures.ts'
import { sortKeys } from './grid.ts'
import type { Pairs, SortKey } from './grid.ts'
import { textTable } from './text-table.ts'
import type { WalkForward } from './walk-forward.ts'

/** The report of one run, for people. `quote` is the asset that money is in. */
export function runReport(summary: RunSummary, quote: string): string {
  const sections = [
    headOf(summary),
    section('Result', moneyRows(summary, quote)),
    section('Risk and return', ratioRows(summary)),
    section('Trading', tradingRows(summary, quote)),
    section('Denials by code', countRows(summary.deniedByCode)),
    section('Alerts', countRows(summary.alertsByCode)),
    section('Run', runRows(summary)),
  ]
  return `${sections.filter((text) => text !== '').join('\n\n')}\n`
}

const section = (title: string, rows: readonly (readonly string[])[]): string =>
  rows.length === 0 ? '' : [title, ...textTable(rows).map((line) => `  ${line}`)].join('\n')

function headOf(summary: RunSummary): string {
  const { firstMs, lastMs } = summary
  const span = firstMs === null || lastMs === null ? null : lastMs - firstMs
  const params = pairsText(summary.params)
  const events = [
    `${countFigure(summary.trades)} trades`,
    `${countFigure(summary.quotes)} quotes`,
    `${countFigure(summary.candles)} candles`,
    `${countFigure(summary.gaps)} gaps`,
  ]
  return [
    `${summary.strategy} on ${summary.instrument}${params === '' ? '' : `  (${params})`}`,
    `${timeFigure(firstMs)} to ${timeFigure(lastMs)} UTC, ${spanFigure(span)}: ${events.join(', ')}`,
  ].join('\n')
}

const pairsText = (pairs: Pairs): string =>
  Object.entries(pairs)
    .map(([key, value]) => `${key}=${value}`)
    .join(' ')

const moneyRows = (summary: RunSummary, quote: string): readonly (readonly string[])[] => [
  ['equity', `${moneyFigure(summary.equityStart)} to ${moneyFigure(summary.equityEnd)} ${quote}`],
  ['return', percentFigure(summary.totalReturn)],
  ['realized PnL', `${moneyFigure(summary.realizedPnl, 4)} before fees`],
  ['unrealized PnL', `${moneyFigure(summary.unrealizedPnl, 4)} on a position of ${summary.position}`],
  ['fees', moneyFigure(summary.fees, 4)],
  [
    'turnover',
    `${moneyFigure(summary.turnover)}, ${ratioFigure(summary.turnoverRate)} times the equity at the start`,
  ],
]

function ratioRows(summary: RunSummary): readonly (readonly string[])[] {
  const basis = `a year, from ${summary.returns} returns of ${spanFigure(summary.returnMs)}`
  const few = summary.returns < RETURNS_MIN ? `needs ${RETURNS_MIN} returns, has ${summary.returns}` : ''
  const year = `needs a drawdown and ${CALMAR_SPAN_MS_MIN / 86_400_000} days of data`
  const drawdown = `${percentFigure(summary.maxDrawdown)}, ${moneyFigure(summary.maxDrawdownMoney, 4)} at most`
  return [
    ['max drawdown', drawdown],
    ['Sharpe', ratio(summary.sharpe, basis, few || 'equity did not move')],
    ['Sortino', ratio(summary.sortino, basis, few || 'no return was negative')],
    ['Calmar', ratio(summary.calmar, 'a year', year)],
    ['exposure', percentFigure(summary.exposure)],
  ]
}

/** A ratio with what it rests on, or with why there is none. */
const ratio = (value: number | null, basis: string, lack: string): string =>
  `${ratioFigure(value)}  ${value === null ? lack : basis}`

function tradingRows(summary: RunSummary, quote: string): readonly (readonly string[])[] {
  const ended = `${summary.rejected} rejected, ${summary.canceled} canceled, ${summary.expired} expired`
  const average = (text: string | null): string => (text === null ? 'n/a' : moneyFigure(text, 4))
  return [
    ['signals', countFigure(summary.signals)],
    ['orders', `${countFigure(summary.orders)}  (${ended}, ${summary.openOrders} open)`],
    ['denied', countFigure(summary.denied)],
    ['fills', `${countFigure(summary.fills)}  (${summary.makerFills} as maker)`],
    [
      'round trips',
      `${countFigure(summary.roundTrips)}, held ${spanFigure(summary.averageHeldMs)} on average`,
    ],
    ['win rate', percentFigure(summary.winRate)],
    ['profit factor', ratioFigure(summary.profitFactor)],
    ['average win', `${average(summary.averageWin)} ${quote}, loss ${average(summary.averageLoss)} ${quote}`],
  ]
}

function countRows(counts: Readonly<Record<string, number>>): readonly (readonly string[])[] {
  const width = Math.max(0, ...Object.values(counts).map((value) => countFigure(value).length))
  return Object.entries(counts).map(([code, value]) => [countFigure(value).padStart(width), code])
}

const runRows = (summary: RunSummary): readonly (readonly string[])[] => [
  ['seed', String(summary.seed)],
  ['log entries', countFigure(summary.logEntries)],
  ['journal hash', summary.journalHash === '' ? 'empty: nothing was decided' : summary.journalHash],
  [
    'speed',
    `${countFigure(summary.eventsPerSecond)} events/s, ${countFigure(summary.tradesPerSecond)} trades/s`,
  ],
]

/** A grid's runs as a table, best first; only parameters that vary are shown. */
export function gridReport(runs: readonly RunSummary[], varied: readonly string[], sortKey: SortKey): string {
  const figures = [
    ['return', (run) => percentFigure(run.totalReturn)],
    ['maxDrawdown', (run) => percentFigure(run.maxDrawdown)],
    ['sharpe', (run) => ratioFigure(run.sharpe)],
    ['sortino', (run) => ratioFigure(run.sortino)],
    ['profitFactor', (run) => ratioFigure(run.profitFactor)],
    ['winRate', (run) => percentFigure(run.winRate)],
    ['roundTrips', (run) => countFigure(run.roundTrips)],
    ['denied', (run) => countFigure(run.denied)],
    ['fees', (run) => moneyFigure(run.fees)],
    ['equityEnd', (run) => moneyFigure(run.equityEnd)],
  ] satisfies readonly (readonly [string, (run: RunSummary) => string])[]
  const head = [...varied, ...figures.map(([name]) => name)]
  const rows = runs.map((run) => [
    ...varied.map((name) => run.params[name] ?? ''),
    ...figures.map(([, figure]) => figure(run)),
  ])
  const aligns = head.map((_, column) => (column < varied.length ? 'left' : 'right'))
  const better = sortKeys[sortKey] === 'more' ? 'highest' : 'lowest'
  return `${textTable([head, ...rows], aligns).join('\n')}\n\n${runs.length} runs, ${better} ${sortKey} first\n`
}

/** The out-of-sample result of a walk-forward, fold by fold. */
export function walkForwardReport(result: WalkForward, quote: string): string {
  const head = [
    'fold',
    'traded from',
    'to',
    'parameters',
    result.sortedBy,
    'return',
    'maxDrawdown',
    'fills',
    'denied',
  ]
  const rows = result.folds.map((fold, index) => [
    String(index + 1),
    ...[timeFigure(fold.testFromMs), timeFigure(fold.testToMs), pairsText(fold.params)],
    ratioFigure(fold.trainFigure),
    ...[percentFigure(fold.test.totalReturn), percentFigure(fold.test.maxDrawdown)],
    ...[countFigure(fold.test.fills), countFigure(fold.test.denied)],
  ])
  const aligns = head.map((_, column) => (column > 3 ? 'right' : 'left'))
  const totals = [
    ['equity', `${moneyFigure(result.equityStart)} to ${moneyFigure(result.equityEnd)} ${quote}`],
    ['return', percentFigure(result.totalReturn)],
    ['max drawdown', `${percentFigure(result.maxDrawdown)} within a fold`],
    ['Sharpe', ratioFigure(result.sharpe)],
    ['Sortino', ratioFigure(result.sortino)],
    ['fees', moneyFigure(result.fees, 4)],
  ]
  return [
    `Walk-forward of ${result.strategy} on ${result.instrument}: out-of-sample figures only;`,
    `${result.sortedBy} is the figure on the part before, which chose the parameters`,
    '',
    ...textTable([head, ...rows], aligns),
    '',
    section('All folds', totals),
    '',
  ].join('\n')
}
