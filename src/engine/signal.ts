import { decimalOfNumber, divideHalfEven, priceOfNumber } from '../domain/decimal.ts'
import type { Ratio } from '../domain/decimal.ts'
import type { Mark } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Candle, Gap, MarketEvent, Quote, Trade } from '../domain/market.ts'
import type { ParamValues } from '../domain/param.ts'
import type { Regime, Signal } from '../domain/signal.ts'
import { allocationOf } from './allocation.ts'
import { createCandleBuilder } from './candles.ts'
import type { CandleBuilder } from './candles.ts'
import { createMarks } from './marks.ts'
import type { Marks } from './marks.ts'
import { createRegimeClassifier } from './regime.ts'
import type { RegimeClassifier } from './regime.ts'
import { createStrategyRunner } from './strategy-runner.ts'
import type { StrategyRunner } from './strategy-runner.ts'
import type { StrategyDefinition, Wish } from './strategy.ts'

export type SignalConfig = Readonly<{
  instrument: Instrument
  account: string
  strategy: StrategyDefinition
  params: ParamValues
  regime: ParamValues
}>

type Outputs = readonly (Mark | Signal)[]

/** Market data in, marks and signals out. */
export type SignalStep = Readonly<{ onMarket(event: MarketEvent): Outputs }>

type SignalState = {
  readonly config: SignalConfig
  readonly strategy: StrategyRunner
  readonly marks: Marks
  readonly classifier: RegimeClassifier
  readonly regimeCandles: CandleBuilder
  /** null where the strategy asks for none. */
  readonly candles: CandleBuilder | null
  regime: Regime
  /** The last price; NaN before the first. */
  price: number
  /** Time of the last slot named by ordinal, and that ordinal. */
  slotMs: number
  slotOrdinal: number
}

const NOTHING: Outputs = []

/**
 * The step of the signal service: marks, candles, regime and one strategy over one instrument's market data.
 */
export function createSignal(config: SignalConfig): SignalStep {
  const candleMs = config.strategy.candleMs(config.params)
  const state: SignalState = {
    config,
    strategy: createStrategyRunner(config.strategy, config.params),
    marks: createMarks(config.instrument.id),
    classifier: createRegimeClassifier(config.regime),
    regimeCandles: createCandleBuilder(config.regime['candle'] as number),
    candles: candleMs === null ? null : createCandleBuilder(candleMs),
    regime: 'unknown',
    price: Number.NaN,
    slotMs: -1,
    slotOrdinal: 0,
  }
  return { onMarket: (event) => stepSignal(state, event) }
}

function stepSignal(state: SignalState, event: MarketEvent): Outputs {
  const markDue = state.marks.onMarket(event)
  switch (event.kind) {
    case 'trade':
      return onTrade(state, event, markDue)
    case 'candle':
      return onCandle(state, event, markDue)
    case 'quote':
      return onQuote(state, event, markDue)
    case 'heartbeat':
      return onTime(state, event.eventMs, markDue)
    case 'gap':
      onGap(state, event)
      return markOf(state, true)
    case 'bookLevel':
    case 'bookReset':
      return markOf(state, markDue)
    default:
      return event satisfies never
  }
}

function onTrade(state: SignalState, trade: Trade, markDue: boolean): Outputs {
  state.price = trade.price
  classify(state, state.regimeCandles.onTrade(trade))
  const closed = state.candles === null ? null : state.candles.onTrade(trade)
  const candleWish = closed === null ? null : state.strategy.onCandle(closed, state.regime)
  const wish = state.strategy.onTrade(trade)
  if (wish === null && candleWish === null) return markDue ? markOf(state, true) : NOTHING
  const first =
    closed === null || candleWish === null ? NOTHING : answer(state, candleWish, candleTrigger(closed))
  if (wish === null) return first
  const trigger = trade.tradeId === null ? ordinalTrigger(state, trade.eventMs) : `t${trade.tradeId}`
  return [...first, ...answer(state, wish, trigger)]
}

function onCandle(state: SignalState, candle: Candle, markDue: boolean): Outputs {
  state.price = candle.close
  classify(state, state.regimeCandles.onCandle(candle))
  const own = state.candles === null ? candle : state.candles.onCandle(candle)
  const wish = own === null ? null : state.strategy.onCandle(own, state.regime)
  return wish === null ? markOf(state, markDue) : answer(state, wish, candleTrigger(own ?? candle))
}

function onQuote(state: SignalState, quote: Quote, markDue: boolean): Outputs {
  // Without a price there is no mark, and without a mark no decision could be explained.
  const wish = state.strategy.readsQuotes && !Number.isNaN(state.price) ? state.strategy.onQuote(quote) : null
  return wish === null
    ? markOf(state, markDue)
    : answer(state, wish, `q${ordinalTrigger(state, quote.eventMs)}`)
}

function onTime(state: SignalState, eventMs: number, markDue: boolean): Outputs {
  classify(state, state.regimeCandles.onTime(eventMs))
  const closed = state.candles?.onTime(eventMs) ?? null
  const wish = closed === null ? null : state.strategy.onCandle(closed, state.regime)
  return closed === null || wish === null
    ? markOf(state, markDue)
    : answer(state, wish, candleTrigger(closed))
}

function onGap(state: SignalState, { eventMs, gapMs }: Gap): void {
  state.regime = 'unknown'
  state.classifier.reset()
  state.regimeCandles.onGap(eventMs)
  state.candles?.onGap(eventMs)
  state.strategy.onGap(eventMs, gapMs)
}

function classify(state: SignalState, candle: Candle | null): void {
  if (candle !== null) state.regime = state.classifier.onCandle(candle)
}

function markOf(state: SignalState, isDue: boolean): Outputs {
  const mark = isDue ? state.marks.take() : null
  return mark === null ? NOTHING : [mark]
}

/** A signal is preceded by the mark it was made at, so that the log alone explains what risk decides. */
function answer(state: SignalState, wish: Wish, trigger: string): Outputs {
  const mark = state.marks.take()
  return mark === null ? NOTHING : [mark, signalOf(state, wish, trigger)]
}

function signalOf(state: SignalState, wish: Wish, trigger: string): Signal {
  const { strategy, account, instrument, regime } = state.config
  return {
    kind: 'signal',
    slot: `${strategy.name}/${account}/${instrument.id}/${trigger}`,
    strategy: strategy.name,
    instrument: instrument.id,
    action: wish.action,
    side: wish.side,
    price: priceOfNumber(state.price),
    eventMs: state.marks.nowMs(),
    reason: wish.reason,
    regime: state.regime,
    allocation: allocationOf(state.regime, regime),
    stopLoss: percentRatio(wish.stopLossPercent),
    takeProfit: percentRatio(wish.takeProfitPercent),
  }
}

const candleTrigger = (candle: Candle): string =>
  `c${candle.eventMs - candle.intervalMs}/${candle.intervalMs}`

/** Events without an id of their own are told apart by their number within the millisecond. */
function ordinalTrigger(state: SignalState, eventMs: number): string {
  state.slotOrdinal = eventMs === state.slotMs ? state.slotOrdinal + 1 : 0
  state.slotMs = eventMs
  return `${eventMs}.${state.slotOrdinal}`
}

const percentRatio = (percent: number | undefined): Ratio | null =>
  percent === undefined ? null : (divideHalfEven(decimalOfNumber(percent), 100n) as Ratio)
