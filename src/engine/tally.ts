import { absolute, add, notional, ONE, subtract, ZERO_MONEY } from '../domain/decimal.ts'
import type { Money } from '../domain/decimal.ts'
import type { Alert } from '../domain/event.ts'
import type { Fill } from '../domain/execution-report.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Gap, MarketEvent } from '../domain/market.ts'
import type { ClientOrderId, OrderPurpose } from '../domain/order.ts'
import { addPoint, createCurve } from './curve.ts'
import type { Curve } from './curve.ts'
import type { LogEntry } from './journal.ts'
import { createPeriodCloses, observeClose } from './period-closes.ts'
import type { PeriodCloses } from './period-closes.ts'
import { applyFill, applyMark, createPortfolio, equityOf, positionOf } from './portfolio.ts'
import type { Portfolio } from './portfolio.ts'
import { createRoundTrips, tripFill } from './round-trips.ts'
import type { RoundTrips } from './round-trips.ts'

/** A fill with the purpose of its order. */
export type TalliedFill = Readonly<{ fill: Fill; purpose: OrderPurpose }>

/**
 * What a run has come to so far, from its log and from counts of its market data. It keeps its own books, so
 * that the log alone explains it: feeding it a stored log gives the same figures. Memory is flat but for the
 * fill keys.
 */
export type Tally = {
  readonly instrument: Instrument
  readonly portfolio: Portfolio
  readonly trips: RoundTrips
  readonly closes: PeriodCloses
  readonly equityCurve: Curve
  /** Market events by kind; firstMs and lastMs are NaN before the first. */
  readonly market: MarketCounts
  signals: number
  orders: number
  denied: number
  readonly deniedByCode: Map<string, number>
  rejected: number
  canceled: number
  expired: number
  abandoned: number
  fills: number
  makerFills: number
  alerts: number
  readonly alertsByCode: Map<string, number>
  turnover: Money
  /** Time a position was held, up to inMarketSinceMs. */
  inMarketMs: number
  /** null while flat. */
  inMarketSinceMs: number | null
  equity: Money
  equityPeak: Money
  /** The deepest fall from a peak: as a fraction of that peak, and in quote (they may be different falls). */
  maxDrawdown: number
  maxDrawdownMoney: Money
  maxDrawdownMs: number
  /** The newest fills and alerts and the first gaps, for reports. */
  keptFills: TalliedFill[]
  keptAlerts: Alert[]
  keptGaps: Gap[]
  /** Purposes of orders that have not ended. */
  readonly purposes: Map<ClientOrderId, OrderPurpose>
}

export type MarketCounts = {
  trades: number
  quotes: number
  candles: number
  gaps: number
  firstMs: number
  lastMs: number
}

const CURVE_POINTS_MAX = 4096
/** Gaps and alerts kept for the report; fills and round trips are kept on request. */
const KEPT_MAX = 100

export type TallyOptions = Readonly<{
  instrument: Instrument
  equityStart: Money
  /** How many of the newest fills and round trips to keep for a report. */
  keptMax?: number
}>

export function createTally({ instrument, equityStart, keptMax = KEPT_MAX }: TallyOptions): Tally {
  return {
    instrument,
    portfolio: createPortfolio(equityStart),
    trips: createRoundTrips(instrument.lotSize, keptMax),
    closes: createPeriodCloses(numberOf(equityStart)),
    equityCurve: createCurve(CURVE_POINTS_MAX),
    market: { trades: 0, quotes: 0, candles: 0, gaps: 0, firstMs: NaN, lastMs: NaN },
    ...{ signals: 0, orders: 0, denied: 0, rejected: 0, canceled: 0, expired: 0, abandoned: 0 },
    ...{ fills: 0, makerFills: 0, alerts: 0, turnover: ZERO_MONEY, inMarketMs: 0, inMarketSinceMs: null },
    ...{ equity: equityStart, equityPeak: equityStart },
    ...{ maxDrawdown: 0, maxDrawdownMoney: ZERO_MONEY, maxDrawdownMs: NaN },
    ...{ deniedByCode: new Map(), alertsByCode: new Map(), purposes: new Map() },
    ...{ keptFills: [], keptAlerts: [], keptGaps: [] },
  }
}

/** Counts a market event; nothing else is done for each, so that a backtest stays as fast as its engine. */
export function tallyMarket(tally: Tally, event: MarketEvent): void {
  const { market } = tally
  if (event.kind === 'trade') market.trades += 1
  else if (event.kind === 'quote') market.quotes += 1
  else if (event.kind === 'candle') market.candles += 1
  else if (event.kind === 'gap') {
    market.gaps += 1
    if (tally.keptGaps.length < KEPT_MAX) tally.keptGaps.push(event)
  }
  if (market.firstMs !== market.firstMs) market.firstMs = event.eventMs
  // Times may step back: tape and book are not ordered with each other.
  if (!(event.eventMs <= market.lastMs)) market.lastMs = event.eventMs
}

/** Takes one entry of the log. */
export function tallyEntry(tally: Tally, entry: LogEntry): void {
  const { event } = entry
  switch (event.kind) {
    case 'mark':
      applyMark(tally.portfolio, event.instrument, event.price)
      if (tally.inMarketSinceMs !== null || tally.equityCurve.slices.length === 0)
        observe(tally, event.eventMs)
      return
    case 'signal':
      tally.signals += 1
      return
    case 'denied':
      tally.denied += 1
      count(tally.deniedByCode, event.code)
      return
    case 'approved':
      tally.orders += 1
      tally.purposes.set(event.order.clientOrderId, event.order.purpose)
      return
    case 'filled':
      tallyFill(tally, event)
      return
    case 'rejected':
    case 'canceled':
    case 'expired':
    case 'abandoned':
      tally[event.kind] += 1
      tally.purposes.delete(event.clientOrderId)
      return
    case 'alert':
      tally.alerts += 1
      count(tally.alertsByCode, event.code)
      keep(tally.keptAlerts, event, KEPT_MAX)
      return
    case 'accepted':
    case 'submitting':
    case 'cancelRequested':
    case 'unknown':
    case 'notPlaced':
    case 'discrepancy':
    case 'command':
      return
    default:
      return event satisfies never
  }
}

const count = (counts: Map<string, number>, code: string): unknown =>
  counts.set(code, (counts.get(code) ?? 0) + 1)

/** Keeps the newest, cut in halves so that it costs no shift for each. */
function keep<T>(items: T[], item: T, keptMax: number): void {
  items.push(item)
  if (items.length >= 2 * keptMax) items.splice(0, keptMax)
}

function tallyFill(tally: Tally, fill: Fill): void {
  const { portfolio, instrument } = tally
  const before = positionOf(portfolio, fill.instrument)
  const feesBefore = portfolio.fees
  if (!applyFill(portfolio, instrument, fill)) return
  const after = positionOf(portfolio, fill.instrument)
  const purpose = tally.purposes.get(fill.clientOrderId) ?? 'entry'
  if (fill.leaves === 0n) tally.purposes.delete(fill.clientOrderId)
  tally.fills += 1
  if (fill.liquidity === 'maker') tally.makerFills += 1
  tally.turnover = add(tally.turnover, notional(fill.price, fill.quantity))
  tripFill(tally.trips, { fill, purpose, before, after, fee: subtract(portfolio.fees, feesBefore) })
  keep(tally.keptFills, { fill, purpose }, tally.trips.keptMax)

  const held = absolute(after.quantity) >= instrument.lotSize
  if (held) tally.inMarketSinceMs ??= fill.eventMs
  else if (tally.inMarketSinceMs !== null) {
    tally.inMarketMs += Math.max(0, fill.eventMs - tally.inMarketSinceMs)
    tally.inMarketSinceMs = null
  }
  observe(tally, fill.eventMs)
}

/**
 * Notes the equity at the last market time, for figures over time; may be called again while a run goes on.
 */
export function endTally(tally: Tally): void {
  if (Number.isFinite(tally.market.lastMs)) observe(tally, tally.market.lastMs)
}

function observe(tally: Tally, atMs: number): void {
  const equity = equityOf(tally.portfolio)
  tally.equity = equity
  const value = numberOf(equity)
  addPoint(tally.equityCurve, atMs, value)
  observeClose(tally.closes, atMs, value)
  if (equity >= tally.equityPeak) {
    tally.equityPeak = equity
    return
  }
  const fall = subtract(tally.equityPeak, equity)
  if (fall > tally.maxDrawdownMoney) tally.maxDrawdownMoney = fall
  const share = Number(fall) / Number(tally.equityPeak)
  if (share > tally.maxDrawdown) {
    tally.maxDrawdown = share
    tally.maxDrawdownMs = atMs
  }
}

/** The double next to an amount: fast, where text is not needed. */
export const numberOf = (amount: bigint): number => Number(amount) / Number(ONE)
