import { CdbError } from '../../domain/errors.ts'
import type { Side } from '../../domain/market.ts'
import type { ParamValues } from '../../domain/param.ts'
import { createBollinger } from '../indicators/bollinger.ts'
import type { Bands } from '../indicators/bollinger.ts'
import { createRsi } from '../indicators/rsi.ts'
import type { Strategy, StrategyDefinition } from '../strategy.ts'
import { candleParam, lengthParam, shortParam } from './settings.ts'
import { moveStance } from './stance.ts'
import type { Stance } from './stance.ts'

export const meanReversion: StrategyDefinition = {
  name: 'mean-reversion',
  description: 'Buys below the lower Bollinger band while RSI is oversold, and leaves at the middle band.',
  params: [
    candleParam,
    lengthParam('length', '20', 'Length of the Bollinger bands.'),
    {
      name: 'width',
      type: 'number',
      unit: 'standard deviations',
      default: '2',
      min: '0.1',
      max: '10',
      meaning: 'Distance of the bands from their middle.',
    },
    lengthParam('rsiLength', '14', 'Length of the relative strength index.'),
    {
      name: 'rsiLow',
      type: 'number',
      unit: 'points',
      default: '30',
      min: '0',
      max: '100',
      meaning: 'Enters long only when the index is at most this. Must be less than rsiHigh.',
    },
    {
      name: 'rsiHigh',
      type: 'number',
      unit: 'points',
      default: '70',
      min: '0',
      max: '100',
      meaning: 'Enters short only when the index is at least this.',
    },
    shortParam,
  ],
  candleMs: (params) => params['candle'] as number,
  create: createMeanReversion,
}

function createMeanReversion(params: ParamValues): Strategy {
  const rsiLow = params['rsiLow'] as number
  const rsiHigh = params['rsiHigh'] as number
  if (rsiLow >= rsiHigh) {
    throw new CdbError(
      'CDB_PARAM_RANGE',
      `mean-reversion: rsiLow=${rsiLow} is not less than rsiHigh=${rsiHigh}`,
      {
        mend: 'set rsiLow below rsiHigh, as in 30 and 70',
      },
    )
  }
  const bollinger = createBollinger(params['length'] as number, params['width'] as number)
  const rsi = createRsi(params['rsiLength'] as number)
  const short = params['short'] === true
  const stance: Stance = { side: null }

  const wantedSide = (close: number, bands: Bands, strength: number): Side | null => {
    if (stance.side === 'buy') return close >= bands.middle ? null : 'buy'
    if (stance.side === 'sell') return close <= bands.middle ? null : 'sell'
    if (close < bands.lower && strength <= rsiLow) return 'buy'
    return short && close > bands.upper && strength >= rsiHigh ? 'sell' : null
  }

  return {
    onCandle(candle) {
      const bands = bollinger.next(candle.close)
      const strength = rsi.next(candle.close)
      if (bands === null || strength === null) return null
      const wanted = wantedSide(candle.close, bands, strength)
      if (wanted === stance.side) return null
      const { lower, middle, upper } = bands
      const reason =
        `close ${candle.close}, bands ${lower.toFixed(4)} ${middle.toFixed(4)} ${upper.toFixed(4)}, ` +
        `rsi ${strength.toFixed(2)}`
      return moveStance(stance, wanted, reason)
    },
    onGap() {
      bollinger.reset()
      rsi.reset()
    },
  }
}
