import { CdbError } from '../../domain/errors.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Strategy, StrategyDefinition, Wish } from '../../engine/strategy.ts'

/**
 * A strategy from a file, with every call watched: what it throws, and a wish that cannot be read, becomes
 * CDB_STRATEGY_FAILED with the strategy's name and the event time. Built-in strategies need no guard.
 */
export function guardStrategy(definition: StrategyDefinition): StrategyDefinition {
  const guard = <T>(call: string, atMs: number | null, run: () => T): T =>
    guarded(definition.name, call, atMs, run)
  return {
    ...definition,
    candleMs(params) {
      const interval: unknown = guard('candleMs', null, () => definition.candleMs(params))
      if (interval === null) return null
      if (typeof interval === 'number' && Number.isSafeInteger(interval) && interval > 0) return interval
      throw failed(
        definition.name,
        'candleMs',
        null,
        `it returned ${shown(interval)}, not a whole number of ms or null`,
      )
    },
    create: (params: ParamValues) => {
      const strategy = guard('create', null, () => definition.create(params))
      if (typeof strategy !== 'object' || (strategy as unknown) === null) {
        throw failed(definition.name, 'create', null, 'it returned no strategy')
      }
      return guardCallbacks(definition.name, strategy)
    },
  }
}

/** Only callbacks that are there are added: the engine does no work for those that are not. */
function guardCallbacks(name: string, strategy: Strategy): Strategy {
  const wish = (call: string, atMs: number, run: () => Wish | null | undefined): Wish | null =>
    checkWish(name, call, atMs, guarded(name, call, atMs, run))
  const guard: Strategy = {}
  if (strategy.onTrade !== undefined) {
    guard.onTrade = (trade) => wish('onTrade', trade.eventMs, () => strategy.onTrade?.(trade))
  }
  if (strategy.onQuote !== undefined) {
    guard.onQuote = (quote) => wish('onQuote', quote.eventMs, () => strategy.onQuote?.(quote))
  }
  if (strategy.onCandle !== undefined) {
    guard.onCandle = (candle, context) =>
      wish('onCandle', candle.eventMs, () => strategy.onCandle?.(candle, context))
  }
  if (strategy.onGap !== undefined) {
    guard.onGap = (gapMs) => {
      guarded(name, 'onGap', null, () => strategy.onGap?.(gapMs))
    }
  }
  return guard
}

function guarded<T>(name: string, call: string, atMs: number | null, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw failed(
      name,
      call,
      atMs,
      error instanceof Error ? `${error.name}: ${error.message}` : String(error),
      error,
    )
  }
}

function failed(name: string, call: string, atMs: number | null, problem: string, cause?: unknown): CdbError {
  const at = atMs === null || !Number.isFinite(atMs) ? '' : ` at event time ${new Date(atMs).toISOString()}`
  return new CdbError('CDB_STRATEGY_FAILED', `strategy ${name} failed in ${call}${at}: ${problem}`, {
    mend: placeOf(cause) ?? 'mend the strategy file; the run stopped before the event took effect',
    ...(cause === undefined ? {} : { cause }),
  })
}

/** Where it was thrown, so that a person can open the line. */
function placeOf(cause: unknown): string | undefined {
  if (!(cause instanceof Error)) return undefined
  const line = cause.stack?.split('\n').find((text) => text.includes('file://'))
  const place = line === undefined ? null : /file:\/\/[^\s)]+/.exec(line)
  return place === null ? undefined : `look at ${place[0]}`
}

function checkWish(name: string, call: string, atMs: number, wish: Wish | null | undefined): Wish | null {
  if (wish === null || wish === undefined) return null
  const problem = wishProblem(wish)
  if (problem === null) return wish
  throw failed(name, call, atMs, `it returned a wish that cannot be read: ${problem}`)
}

function wishProblem(wish: unknown): string | null {
  if (typeof wish !== 'object' || wish === null) return `${typeof wish} instead of a wish or null`
  if (wish instanceof Promise) return 'a promise; callbacks are not async, so that replay decides the same'
  const { action, side, reason, stopLossPercent, takeProfitPercent } = wish as Readonly<
    Record<string, unknown>
  >
  if (action !== 'enter' && action !== 'exit') return `action ${shown(action)} is neither enter nor exit`
  if (side !== 'buy' && side !== 'sell') return `side ${shown(side)} is neither buy nor sell`
  if (typeof reason !== 'string') return 'reason is not a text'
  for (const percent of [stopLossPercent, takeProfitPercent]) {
    if (percent === undefined) continue
    if (typeof percent !== 'number' || !Number.isFinite(percent) || percent < 0) {
      return `stopLossPercent or takeProfitPercent ${shown(percent)} is not a number from 0`
    }
  }
  return null
}

/** A value as a message shows it; an object by its type alone. */
const shown = (value: unknown): string =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : typeof value
