import type { ParamSpec, ParamValues } from '../domain/param.ts'
import type { Candle, Quote, Side, Trade } from '../domain/market.ts'
import type { Regime } from '../domain/signal.ts'

/** What a strategy wants now. It is a wish: risk sizes it, and may deny it. */
export type Wish = Readonly<{
  /** `enter` opens or adds in the direction of side; `exit` closes a position held against side. */
  action: 'enter' | 'exit'
  /**
   * The side of the order: enter buy goes long, exit sell leaves it; enter sell goes short, exit buy leaves
   * it.
   */
  side: Side
  /** A few words with the numbers that decided, for the journal. */
  reason: string
  /**
   * Stop-loss and take-profit distance in percent of the entry price; absent leaves it to risk's defaults.
   */
  stopLossPercent?: number
  takeProfitPercent?: number
}>

/**
 * A running strategy: its state lives in the closure. It sees market data only, never fills, so that its
 * decisions are a function of the tape. Each callback returns a wish or null; all are optional.
 * It uses no clock and no chance of its own: time is the event's, and Math.random would break replay.
 */
export interface Strategy {
  onTrade?(trade: Trade): Wish | null
  onQuote?(quote: Quote): Wish | null
  /** A closed candle of the interval the strategy asked for. */
  onCandle?(candle: Candle, context: CandleContext): Wish | null
  /** Data is missing: what was learned from continuous data no longer holds. */
  onGap?(gapMs: number): void
}

export type CandleContext = Readonly<{ regime: Regime }>

/** What a strategy file exports as its default. */
export type StrategyDefinition = Readonly<{
  /** Kebab-case; part of each decision's slot, so renaming it makes old decisions forgotten. */
  name: string
  description: string
  params: readonly ParamSpec[]
  /** Interval of the candles it wants, in ms; null for none. Recordings of longer candles bring their own. */
  candleMs(params: ParamValues): number | null
  /** Starts a strategy with checked parameters. */
  create(params: ParamValues): Strategy
}>
