import { decimalOfNumber, divideHalfEven, priceOfNumber } from '../domain/decimal.ts'
import type { Ratio } from '../domain/decimal.ts'
import { CdbError } from '../domain/errors.ts'
import type { Mark } from '../domain/event.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { Candle, Gap, MarketEvent, Trade } from '../domain/market.ts'
import type { ParamValues } from '../domain/param.ts'
import type { Regime, Signal } from '../domain/signal.ts'
import { allocationOf } from './allocation.ts'
import { createCandleBuilder } from './candles.ts'
import { createMarks } from './marks.ts'
import { createRegimeClassifier } from './regime.ts'
import type { StrategyDefinition, Wish } from './strategy.ts'

export type SignalConfig = Readonly<{
  instrument: Instrument
  account: string
  strategy: StrategyDefinition
  params: ParamValues
  regime: ParamValues
}>

/** Market data in, marks and signals out. */
export type SignalStep = Readonly<{
  onMarket(event: MarketEvent): readonly (Mark | Signal)[]
}>

const NOTHING: readonly (Mark | Signal)[] = []

/** The step of the signal service: marks, candles, regime and one strategy over one instrument's market data. */
export function createSignal(config: SignalConfig): SignalStep {
  const strategy = config.strategy.create(config.params)
  const marks = createMarks(config.instrument.id)
  const classifier = createRegimeClassifier(config.regime)
  const regimeCandles = createCandleBuilder(config.regime['candle'] as number)
  const candleMs = config.strategy.candleMs(config.params)
  const candles = candleMs === null ? null : createCandleBuilder(candleMs)
  const hasOnTrade = strategy.onTrade !== undefined
  let regime: Regime = 'unknown'
  let price = Number.NaN
  let slotMs = -1
  let slotOrdinal = 0

  const call = (eventMs: number, callback: () => Wish | null | undefined): Wish | null => {
    try {
      return checkWish(callback() ?? null)
    } catch (error) {
      throw strategyFailed(config.strategy.name, eventMs, error)
    }
  }

  /** Events without an id of their own are told apart by their number within the millisecond. */
  const ordinalTrigger = (eventMs: number): string => {
    slotOrdinal = eventMs === slotMs ? slotOrdinal + 1 : 0
    slotMs = eventMs
    return `${eventMs}.${slotOrdinal}`
  }

  const signalOf = (wish: Wish, trigger: string): Signal => ({
    kind: 'signal',
    slot: `${config.strategy.name}/${config.account}/${config.instrument.id}/${trigger}`,
    strategy: config.strategy.name,
    instrument: config.instrument.id,
    action: wish.action,
    side: wish.side,
    price: priceOfNumber(price),
    eventMs: marks.nowMs(),
    reason: wish.reason,
    regime,
    allocation: allocationOf(regime, config.regime),
    stopLoss: percentRatio(wish.stopLossPercent),
    takeProfit: percentRatio(wish.takeProfitPercent),
  })

  /** A signal is preceded by the mark it was made at, so that the log alone explains what risk decides. */
  const answer = (wish: Wish | null, trigger: string, markDue: boolean): readonly (Mark | Signal)[] => {
    if (wish === null && !markDue) return NOTHING
    const mark = marks.take()
    if (mark === null) return NOTHING
    return wish === null ? [mark] : [mark, signalOf(wish, trigger)]
  }

  const onClosedCandle = (candle: Candle): Wish | null =>
    strategy.onCandle === undefined
      ? null
      : call(candle.eventMs, () => strategy.onCandle?.(candle, { regime }))

  const onRegimeCandle = (candle: Candle | null): void => {
    if (candle !== null) regime = classifier.onCandle(candle)
  }

  const onTrade = (trade: Trade, markDue: boolean): readonly (Mark | Signal)[] => {
    price = trade.price
    onRegimeCandle(regimeCandles.onTrade(trade))
    const closed = candles === null ? null : candles.onTrade(trade)
    const candleWish = closed === null ? null : onClosedCandle(closed)
    let wish: Wish | null = null
    if (hasOnTrade) {
      // Not through call(): this runs once a trade, and a closure for each would be felt.
      try {
        wish = strategy.onTrade?.(trade) ?? null
        if (wish !== null) checkWish(wish)
      } catch (error) {
        throw strategyFailed(config.strategy.name, trade.eventMs, error)
      }
    }
    if (wish === null && candleWish === null && !markDue) return NOTHING
    const trigger = trade.tradeId === null ? ordinalTrigger(trade.eventMs) : `t${trade.tradeId}`
    if (closed === null || candleWish === null) return answer(wish, trigger, markDue)
    return [...answer(candleWish, candleTrigger(closed), markDue), ...answer(wish, trigger, false)]
  }

  const onCandle = (candle: Candle, markDue: boolean): readonly (Mark | Signal)[] => {
    price = candle.close
    onRegimeCandle(regimeCandles.onCandle(candle))
    const own = candles === null ? candle : candles.onCandle(candle)
    const wish = own === null ? null : onClosedCandle(own)
    return answer(wish, candleTrigger(own ?? candle), markDue)
  }

  const onTime = (eventMs: number, markDue: boolean): readonly (Mark | Signal)[] => {
    onRegimeCandle(regimeCandles.onTime(eventMs))
    const closed = candles?.onTime(eventMs) ?? null
    if (closed === null) return answer(null, '', markDue)
    return answer(onClosedCandle(closed), candleTrigger(closed), markDue)
  }

  const onGap = ({ eventMs, gapMs }: Gap): void => {
    regime = 'unknown'
    classifier.reset()
    regimeCandles.onGap(eventMs)
    candles?.onGap(eventMs)
    if (strategy.onGap !== undefined) {
      const tell = strategy.onGap.bind(strategy)
      call(marks.nowMs(), () => {
        tell(gapMs)
        return null
      })
    }
  }

  return {
    onMarket(event) {
      const markDue = marks.onMarket(event)
      switch (event.kind) {
        case 'trade':
          return onTrade(event, markDue)
        case 'candle':
          return onCandle(event, markDue)
        case 'quote': {
          if (strategy.onQuote === undefined || Number.isNaN(price))
            return markDue ? answer(null, '', true) : NOTHING
          const wish = call(event.eventMs, () => strategy.onQuote?.(event))
          return answer(wish, wish === null ? '' : `q${ordinalTrigger(event.eventMs)}`, markDue)
        }
        case 'heartbeat':
          return onTime(event.eventMs, markDue)
        case 'gap':
          onGap(event)
          return answer(null, '', true)
        case 'bookLevel':
        case 'bookReset':
          return markDue ? answer(null, '', true) : NOTHING
        default:
          return event satisfies never
      }
    },
  }
}

const candleTrigger = (candle: Candle): string =>
  `c${candle.eventMs - candle.intervalMs}/${candle.intervalMs}`

function checkWish(wish: Wish | null): Wish | null {
  if (wish === null) return null
  const known =
    (wish.action === 'enter' || wish.action === 'exit') && (wish.side === 'buy' || wish.side === 'sell')
  if (!known || typeof wish.reason !== 'string') {
    throw new TypeError(
      `a wish has action enter or exit, side buy or sell and a reason, not ${JSON.stringify(wish)}`,
    )
  }
  return wish
}

const strategyFailed = (name: string, eventMs: number, error: unknown): CdbError =>
  new CdbError(
    'CDB_STRATEGY_FAILED',
    `strategy ${name} failed at event time ${eventMs} ms: ${error instanceof Error ? error.message : String(error)}`,
    { mend: 'mend the strategy; its stack is in the cause', cause: error },
  )

const percentRatio = (percent: number | undefined): Ratio | null =>
  percent === undefined ? null : (divideHalfEven(decimalOfNumber(percent), 100n) as Ratio)
