import { CdbError } from '../domain/errors.ts'
import type { Candle, Quote, Trade } from '../domain/market.ts'
import type { Regime } from '../domain/signal.ts'
import type { Strategy, StrategyDefinition, Wish } from './strategy.ts'
import type { ParamValues } from '../domain/param.ts'

/**
 * A strategy behind a fence: what it throws and what it returns are checked at once, and blamed on it by
 * name.
 */
export type StrategyRunner = Readonly<{
  readsQuotes: boolean
  onTrade(trade: Trade): Wish | null
  onQuote(quote: Quote): Wish | null
  onCandle(candle: Candle, regime: Regime): Wish | null
  onGap(eventMs: number, gapMs: number): void
}>

/**
 * Starts a strategy. Each call throws CDB_STRATEGY_FAILED with the event's time and the strategy's own error
 * as cause.
 */
export function createStrategyRunner(definition: StrategyDefinition, params: ParamValues): StrategyRunner {
  const strategy: Strategy = definition.create(params)
  const failed = (eventMs: number, error: unknown): CdbError =>
    strategyFailed(definition.name, eventMs, error)
  return {
    readsQuotes: strategy.onQuote !== undefined,
    onTrade(trade) {
      if (strategy.onTrade === undefined) return null
      try {
        const wish = strategy.onTrade(trade)
        return wish === null ? null : checkWish(wish)
      } catch (error) {
        throw failed(trade.eventMs, error)
      }
    },
    onQuote(quote) {
      try {
        return checkWish(strategy.onQuote?.(quote))
      } catch (error) {
        throw failed(quote.eventMs, error)
      }
    },
    onCandle(candle, regime) {
      try {
        return checkWish(strategy.onCandle?.(candle, { regime }))
      } catch (error) {
        throw failed(candle.eventMs, error)
      }
    },
    onGap(eventMs, gapMs) {
      try {
        strategy.onGap?.(gapMs)
      } catch (error) {
        throw failed(eventMs, error)
      }
    },
  }
}

function checkWish(wish: Wish | null | undefined): Wish | null {
  if (wish === null || wish === undefined) return null
  const { action, side, reason } = wish as Readonly<Record<keyof Wish, unknown>>
  const known = (action === 'enter' || action === 'exit') && (side === 'buy' || side === 'sell')
  if (known && typeof reason === 'string') return wish
  throw new TypeError(
    `a wish has action enter or exit, side buy or sell and a reason, not ${JSON.stringify(wish)}`,
  )
}

function strategyFailed(name: string, eventMs: number, error: unknown): CdbError {
  const said = error instanceof Error ? error.message : String(error)
  return new CdbError('CDB_STRATEGY_FAILED', `strategy ${name} failed at event time ${eventMs} ms: ${said}`, {
    mend: 'mend the strategy: each callback returns a wish or null, and never throws',
    cause: error,
  })
}
