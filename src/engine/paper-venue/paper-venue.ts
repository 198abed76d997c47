import type { Money, Quantity, Ratio } from '../../domain/decimal.ts'
import type { ExecutionReport } from '../../domain/execution-report.ts'
import type { Instrument } from '../../domain/instrument.ts'
import type { BookLevel, MarketEvent, Quote, Trade } from '../../domain/market.ts'
import type { ParamValues } from '../../domain/param.ts'
import { applyLevel, applyQuote, applyTrade, createBook, resetBook } from '../book.ts'
import type { SimulatedVenue } from '../ports.ts'
import { arrive } from './arrival.ts'
import { matchCandle } from './candle-matching.ts'
import { createLatency } from './latency.ts'
import { createLedger } from './ledger.ts'
import { clearTaken, createTaken, refreshTaken } from './liquidity.ts'
import { paperVenueParams, settingsOf } from './params.ts'
import { bookResting, tradeResting } from './resting.ts'
import { createSlippage } from './slippage.ts'
import type { VenueState } from './state.ts'
import { executeNow } from './taking.ts'
import { isStopped } from './working-order.ts'

export { paperVenueParams }

/** The fee rate that risk reckons a market order with. */
export const takerFeeOf = (params: ParamValues): Ratio => params['takerFee'] as Ratio

export type PaperVenueOptions = Readonly<{
  instrument: Instrument
  account: string
  cash: Money
  /** Whether the account may hold less than nothing. */
  short: boolean
  params: ParamValues
  seed: number
}>

/** The venue's own books, to be compared with ours. Fees by the asset they were paid in. */
export type VenueTotals = Readonly<{ cash: Money; position: Quantity; fees: Money; feesBase: Quantity }>

export type PaperVenue = SimulatedVenue & Readonly<{ totals(): VenueTotals }>

/** Returned whenever nothing happened, so that the hot path allocates nothing. */
const NOTHING: readonly ExecutionReport[] = Object.freeze([])

/**
 * A venue that fills against the tape; docs/reference/paper-venue.md has every model and parameter.
 * Throws CDB_PARAM_INVALID when feeIn names neither asset.
 */
export function createPaperVenue(options: PaperVenueOptions): PaperVenue {
  const settings = settingsOf(options.params)
  const state = createState(options)
  const latency = createLatency(settings, options.seed)
  return {
    submit(order, submitMs) {
      const arrivalMs = latency.arrivalMs(submitMs)
      state.inbox.push({ kind: 'submit', arrivalMs, submittedMs: submitMs, order })
    },
    cancel(clientOrderId, cancelMs) {
      state.inbox.push({ kind: 'cancel', arrivalMs: latency.arrivalMs(cancelMs), clientOrderId })
    },
    onMarket(event) {
      if (event.eventMs > state.clockMs) state.clockMs = event.eventMs
      if (event.kind === 'trade' && isQuiet(state, event.price)) {
        observeTrade(state, event)
        return NOTHING
      }
      // What arrived before a gap met the market as it was; what arrived within it meets the market after.
      deliver(state, event.kind === 'gap' ? event.eventMs - event.gapMs : state.clockMs)
      applyMarket(state, event)
      if (event.kind === 'gap') deliver(state, state.clockMs)
      if (event.kind === 'trade' || state.reports.length > 0) findQuiet(state)
      return takeReports(state)
    },
    totals() {
      const { cash, position, fees, feesBase } = state.ledger
      return { cash, position, fees, feesBase }
    },
  }
}

function createState({ instrument, account, cash, short, params, seed }: PaperVenueOptions): VenueState {
  const settings = settingsOf(params)
  return {
    instrument,
    account,
    settings,
    book: createBook(),
    taken: createTaken(),
    ledger: createLedger({ instrument, settings, short, cash }),
    orders: new Map(),
    seen: new Set(),
    inbox: [],
    excluded: new Map(),
    drawSlippage: createSlippage(settings, seed),
    lastTrade: NaN,
    lastClose: NaN,
    hasTicks: false,
    clockMs: -Infinity,
    quietLow: -Infinity,
    quietHigh: Infinity,
    orderCount: 0,
    fillCount: 0,
    reports: [],
  }
}

/** Whether a trade at the price can neither reach an order nor deliver a message. */
function isQuiet({ quietLow, quietHigh, inbox, clockMs }: VenueState, at: number): boolean {
  if (!(at > quietLow && at < quietHigh)) return false
  const next = inbox[0]
  return next === undefined || next.arrivalMs > clockMs
}

/** Buys that rest and sells that wait for their stop care for low prices, their opposites for high ones. */
function findQuiet(state: VenueState): void {
  let low = -Infinity
  let high = Infinity
  for (const { request, phase, limit, stop } of state.orders.values()) {
    const at = phase === 'waiting' ? NaN : phase === 'resting' ? limit : stop
    if ((request.side === 'buy') === (phase === 'resting')) low = Math.max(low, at)
    else high = Math.min(high, at)
  }
  state.quietLow = low
  state.quietHigh = high
}

function takeReports(state: VenueState): readonly ExecutionReport[] {
  if (state.reports.length === 0) return NOTHING
  const { reports } = state
  state.reports = []
  return reports
}

/** Hands over what has arrived by now, in order of arrival. */
function deliver(state: VenueState, untilMs: number): void {
  for (
    let message = state.inbox[0];
    message !== undefined && message.arrivalMs <= untilMs;
    message = state.inbox[0]
  ) {
    state.inbox.shift()
    arrive(state, message)
  }
}

function applyMarket(state: VenueState, event: MarketEvent): void {
  switch (event.kind) {
    case 'trade':
      onTrade(state, event)
      return
    case 'quote':
    case 'bookLevel':
      onBook(state, event)
      return
    case 'candle':
      if (!state.hasTicks) matchCandle(state, event)
      state.lastClose = event.close
      return
    case 'bookReset':
      forgetBook(state)
      return
    case 'gap':
      forgetMarket(state)
      return
    case 'heartbeat':
      executeWaiting(state, event.eventMs)
      return
    default:
      event satisfies never
  }
}

function observeTrade(state: VenueState, trade: Trade): void {
  state.hasTicks = true
  state.lastTrade = trade.price
  applyTrade(state.book, trade)
  refreshTaken(state.book, state.taken)
}

function onTrade(state: VenueState, trade: Trade): void {
  observeTrade(state, trade)
  tradeResting(state, trade)
  for (const order of state.orders.values()) {
    if (order.phase !== 'dormant' || trade.eventMs < order.arrivedMs || !isStopped(order, trade.price))
      continue
    order.phase = 'waiting'
  }
  executeWaiting(state, trade.eventMs)
}

function onBook(state: VenueState, event: Quote | BookLevel): void {
  // Levels of one time are one picture of the book: orders that wait for a price see all of it or none.
  if (event.kind === 'bookLevel' && event.eventMs > state.book.levelMs)
    executeWaiting(state, state.book.levelMs)
  state.hasTicks = true
  const isNews = event.kind === 'quote' ? applyQuote(state.book, event) : applyLevel(state.book, event)
  if (!isNews) return
  refreshTaken(state.book, state.taken)
  bookResting(state, event)
  if (event.kind === 'quote') executeWaiting(state, event.eventMs)
}

function executeWaiting(state: VenueState, eventMs: number): void {
  if (!state.hasTicks) return
  for (const order of state.orders.values()) {
    if (order.phase === 'waiting') executeNow(state, order, Math.max(eventMs, order.lastMs))
  }
}

/** Orders keep resting, but nobody knows any more who is before them. */
function forgetBook(state: VenueState): void {
  resetBook(state.book)
  clearTaken(state.taken)
  if (!state.settings.queue) return
  for (const order of state.orders.values()) order.ahead = null
}

/** Nothing is known of the time within a gap: nothing fills in it, and no price outlives it. */
function forgetMarket(state: VenueState): void {
  forgetBook(state)
  state.lastTrade = NaN
  state.lastClose = NaN
}
