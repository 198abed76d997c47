import { CdbError } from '../../domain/errors.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Strategy, StrategyDefinition, Wish } from '../../engine/strategy.ts'

/**
 * A strategy from a file, with every call watched. What it throws while starting is CDB_STRATEGY_FAILED; what
 * it throws later, and a wish that cannot be read, is thrown on with call and place in its message, for the
 * engine to report with the event time. Built-in strategies need no guard.
 */
export function guardStrategy(definition: StrategyDefinition): StrategyDefinition {
  const { name } = definition
  return {
    ...definition,
    candleMs(params) {
      const interval: unknown = starting(name, () => placed('candleMs', () => definition.candleMs(params)))
      if (interval === null) return null
      if (typeof interval === 'number' && Number.isSafeInteger(interval) && interval > 0) return interval
      throw failed(name, `candleMs returned ${shown(interval)}, not a whole number of ms or null`)
    },
    create(params: ParamValues) {
      const strategy: unknown = starting(name, () => placed('create', () => definition.create(params)))
      if (typeof strategy === 'object' && strategy !== null) return guardCallbacks(strategy)
      throw failed(name, `create returned ${shown(strategy)}, not a strategy`)
    },
  }
}

/** Only callbacks that are there are added: the engine does no work for those that are not. */
function guardCallbacks(strategy: Strategy): Strategy {
  const guard: Strategy = {}
  if (strategy.onTrade !== undefined) {
    guard.onTrade = (trade) => checkWish('onTrade', () => strategy.onTrade?.(trade))
  }
  if (strategy.onQuote !== undefined) {
    guard.onQuote = (quote) => checkWish('onQuote', () => strategy.onQuote?.(quote))
  }
  if (strategy.onCandle !== undefined) {
    guard.onCandle = (candle, context) => checkWish('onCandle', () => strategy.onCandle?.(candle, context))
  }
  if (strategy.onGap !== undefined) {
    guard.onGap = (gapMs) => {
      placed('onGap', () => strategy.onGap?.(gapMs))
    }
  }
  return guard
}

function starting<T>(name: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    throw failed(name, error instanceof Error ? error.message : String(error), error)
  }
}

const failed = (name: string, problem: string, cause?: unknown): CdbError =>
  new CdbError('CDB_STRATEGY_FAILED', `strategy ${name} failed: ${problem}`, {
    mend: 'mend the strategy file',
    ...(cause === undefined ? {} : { cause }),
  })

/** Throws what the call threw, with the call and the line in its message, so that a person can open it. */
function placed<T>(call: string, run: () => T): T {
  try {
    return run()
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    throw new Error(`${what}, in ${call}${placeOf(error)}`, { cause: error })
  }
}

function placeOf(cause: unknown): string {
  if (!(cause instanceof Error)) return ''
  const line = cause.stack?.split('\n').find((text) => text.includes('file://'))
  const place = line === undefined ? null : /file:\/\/[^\s)]+/.exec(line)
  return place === null ? '' : ` at ${place[0]}`
}

/** A callback without a return wishes nothing. */
function checkWish(call: string, run: () => Wish | null | undefined): Wish | null {
  const wish = placed(call, run)
  if (wish === null || wish === undefined) return null
  const problem = wishProblem(wish)
  if (problem !== null) throw new TypeError(`${call} returned a wish that cannot be read: ${problem}`)
  return wish
}

function wishProblem(wish: unknown): string | null {
  if (typeof wish !== 'object' || wish === null) return `a ${typeof wish} is neither a wish nor null`
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
