import { add, divideHalfEven, formatDecimal, subtract, toNumber } from '../domain/decimal.ts'
import type { Money } from '../domain/decimal.ts'
import { assert } from '../domain/errors.ts'
import { formatParam } from '../domain/param.ts'
import type { ParamSpec, ParamValues } from '../domain/param.ts'
import type { Engine, EngineConfig } from './engine.ts'
import { returnsOf } from './period-closes.ts'
import { equityOf, positionOf, realizedPnlOf, unrealizedPnlOf } from './portfolio.ts'
import { calmarOf, shareOf, sharpeOf, sortinoOf } from './statistics.ts'
import { numberOf } from './tally.ts'
import type { Tally } from './tally.ts'

/**
 * The result of a run, as `--json` prints it. Money and quantities are exact decimal text, in quote and base;
 * ratios and shares are numbers (0.01 is one percent); null is "the data cannot say".
 */
export type RunSummary = Readonly<{
  instrument: string
  strategy: string
  params: Readonly<Record<string, string>>
  seed: number
  /** Event times of the first and last market event; null without any. */
  firstMs: number | null
  lastMs: number | null
  trades: number
  quotes: number
  candles: number
  gaps: number
  signals: number
  /** Orders that risk approved. */
  orders: number
  denied: number
  deniedByCode: Readonly<Record<string, number>>
  rejected: number
  canceled: number
  expired: number
  fills: number
  makerFills: number
  openOrders: number
  /** Fees in quote, and by the asset they were taken in. */
  fees: string
  feesByAsset: Readonly<Record<string, string>>
  /** Before fees: equityEnd = equityStart + realizedPnl + unrealizedPnl - fees. */
  realizedPnl: string
  unrealizedPnl: string
  equityStart: string
  equityEnd: string
  cash: string
  position: string
  /** equityEnd / equityStart - 1. */
  totalReturn: number
  /** Deepest fall from a peak of equity, as a fraction of that peak, and the deepest in quote. */
  maxDrawdown: number
  maxDrawdownMoney: string
  sharpe: number | null
  sortino: number | null
  calmar: number | null
  /** Returns that the ratios rest on: how many, and each how long. */
  returns: number
  returnMs: number
  roundTrips: number
  winRate: number | null
  /** Won / lost of all round trips, after fees. */
  profitFactor: number | null
  averageWin: string | null
  averageLoss: string | null
  averageHeldMs: number | null
  /** Share of the time in which a position was held. */
  exposure: number | null
  /** Value of all fills in quote, and as a multiple of equityStart. */
  turnover: string
  turnoverRate: number
  alerts: number
  alertsByCode: Readonly<Record<string, number>>
  logEntries: number
  journalHash: string
  /** Wall time of the run, with reading and parsing of its files. */
  elapsedMs: number
  tradesPerSecond: number
  eventsPerSecond: number
}>

export type SummarySource = Readonly<{
  tally: Tally
  engine: Pick<Engine, 'journal' | 'openOrders' | 'portfolio' | 'marketSeq'>
  config: Pick<EngineConfig, 'instrument' | 'strategy' | 'params' | 'seed'>
  elapsedMs: number
}>

/**
 * Puts the figures together. The tally's books and the engine's, kept apart, must agree to the last digit.
 */
export function summarize({ tally, engine, config, elapsedMs }: SummarySource): RunSummary {
  const { portfolio, market } = tally
  assert(portfolio.cash === engine.portfolio.cash, 'cash follows from the fills on the log')
  assert(portfolio.fees === engine.portfolio.fees, 'fees follow from the fills on the log')
  const equityEnd = equityOf(portfolio)
  const realizedPnl = realizedPnlOf(portfolio)
  const unrealizedPnl = unrealizedPnlOf(portfolio)
  const profit = subtract(add(realizedPnl, unrealizedPnl), portfolio.fees)
  assert(add(portfolio.cashStart, profit) === equityEnd, 'equity is what was put in plus profit less fees')
  const seconds = elapsedMs / 1000
  return {
    instrument: config.instrument.id,
    strategy: config.strategy.name,
    params: writtenParams(config.strategy.params, config.params),
    seed: config.seed,
    ...{ firstMs: finite(market.firstMs), lastMs: finite(market.lastMs) },
    ...{ trades: market.trades, quotes: market.quotes, candles: market.candles, gaps: market.gaps },
    ...{ signals: tally.signals, orders: tally.orders, denied: tally.denied },
    deniedByCode: mostFirst(tally.deniedByCode),
    ...{ rejected: tally.rejected, canceled: tally.canceled, expired: tally.expired },
    ...{ fills: tally.fills, makerFills: tally.makerFills, openOrders: engine.openOrders().length },
    fees: formatDecimal(portfolio.fees),
    feesByAsset: Object.fromEntries(
      [...portfolio.feesByAsset].map(([asset, fee]) => [asset, formatDecimal(fee)]),
    ),
    realizedPnl: formatDecimal(realizedPnl),
    unrealizedPnl: formatDecimal(unrealizedPnl),
    equityStart: formatDecimal(portfolio.cashStart),
    equityEnd: formatDecimal(equityEnd),
    cash: formatDecimal(portfolio.cash),
    position: formatDecimal(positionOf(portfolio, config.instrument.id).quantity),
    totalReturn: numberOf(equityEnd) / numberOf(portfolio.cashStart) - 1,
    maxDrawdown: tally.maxDrawdown,
    maxDrawdownMoney: formatDecimal(tally.maxDrawdownMoney),
    ...ratiosOf(tally, equityEnd),
    ...tripFigures(tally),
    exposure: exposureOf(tally),
    turnover: formatDecimal(tally.turnover),
    turnoverRate: numberOf(tally.turnover) / numberOf(portfolio.cashStart),
    ...{ alerts: tally.alerts, alertsByCode: mostFirst(tally.alertsByCode) },
    ...{ logEntries: engine.journal.seq, journalHash: engine.journal.hash },
    elapsedMs,
    tradesPerSecond: seconds > 0 ? Math.round(market.trades / seconds) : 0,
    eventsPerSecond: seconds > 0 ? Math.round(engine.marketSeq() / seconds) : 0,
  }
}

const finite = (value: number): number | null => (Number.isFinite(value) ? value : null)

/** Parameters in the form they would be written in on the command line. */
export const writtenParams = (
  specs: readonly ParamSpec[],
  values: ParamValues,
): Readonly<Record<string, string>> =>
  Object.fromEntries(specs.map((spec) => [spec.name, formatParam(spec, values[spec.name] ?? spec.default)]))

const mostFirst = (counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> =>
  Object.fromEntries([...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)))

type Ratios = Pick<RunSummary, 'sharpe' | 'sortino' | 'calmar' | 'returns' | 'returnMs'>

function ratiosOf({ closes, market, maxDrawdown, portfolio }: Tally, equityEnd: Money): Ratios {
  const returns = returnsOf(closes)
  return {
    sharpe: sharpeOf(returns, closes.periodMs),
    sortino: sortinoOf(returns, closes.periodMs),
    calmar: calmarOf({
      ...{ equityStart: toNumber(portfolio.cashStart), equityEnd: toNumber(equityEnd), maxDrawdown },
      spanMs: spanOf(market),
    }),
    returns: returns.length,
    returnMs: closes.periodMs,
  }
}

const spanOf = ({ firstMs, lastMs }: Tally['market']): number => (lastMs > firstMs ? lastMs - firstMs : 0)

type TripFigures = Pick<
  RunSummary,
  'roundTrips' | 'winRate' | 'profitFactor' | 'averageWin' | 'averageLoss' | 'averageHeldMs'
>

function tripFigures({ trips }: Tally): TripFigures {
  const average = (sum: Money, count: number): string | null =>
    count === 0 ? null : formatDecimal(divideHalfEven(sum, BigInt(count)))
  return {
    roundTrips: trips.count,
    winRate: shareOf(trips.wins, trips.count),
    profitFactor: shareOf(numberOf(trips.won), numberOf(trips.lost)),
    averageWin: average(trips.won, trips.wins),
    averageLoss: average(trips.lost, trips.losses),
    averageHeldMs: trips.count === 0 ? null : Math.round(trips.heldMs / trips.count),
  }
}

function exposureOf({ market, inMarketMs, inMarketSinceMs }: Tally): number | null {
  const open = inMarketSinceMs === null ? 0 : Math.max(0, market.lastMs - inMarketSinceMs)
  const share = shareOf(inMarketMs + open, spanOf(market))
  return share === null ? null : Math.min(1, share)
}
