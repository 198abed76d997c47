import { CdbError } from '../../domain/errors.ts'
import type { Side } from '../../domain/market.ts'
import type { ParamValues } from '../../domain/param.ts'
import { createEma } from '../indicators/ema.ts'
import { createSma } from '../indicators/sma.ts'
import type { Strategy, StrategyDefinition } from '../strategy.ts'
import { candleParam, lengthParam, shortParam } from './settings.ts'
import { moveStance } from './stance.ts'
import type { Stance } from './stance.ts'

export const movingAverageCross: StrategyDefinition = {
  name: 'moving-average-cross',
  description: 'Enters when a fast moving average crosses above a slow one, and leaves when it crosses back.',
  params: [
    candleParam,
    lengthParam('fast', '10', 'Length of the fast average. Must be less than slow.'),
    lengthParam('slow', '30', 'Length of the slow average.'),
    {
      name: 'average',
      type: 'text',
      unit: '',
      default: 'ema',
      min: '',
      max: '',
      meaning: 'Kind of average: ema (exponential) or sma (simple).',
    },
    shortParam,
  ],
  candleMs: (params) => params['candle'] as number,
  create: createMovingAverageCross,
}

function createMovingAverageCross(params: ParamValues): Strategy {
  const fastLength = params['fast'] as number
  const slowLength = params['slow'] as number
  if (fastLength >= slowLength) {
    throw new CdbError(
      'CDB_PARAM_RANGE',
      `moving-average-cross: fast=${fastLength} is not less than slow=${slowLength}`,
      { mend: 'set fast below slow, as in 10 and 30' },
    )
  }
  const createAverage = averageOf(params['average'] as string)
  const fast = createAverage(fastLength)
  const slow = createAverage(slowLength)
  const short = params['short'] === true
  const stance: Stance = { side: null }
  // Kept over a gap: averages that have changed places meanwhile have crossed.
  let above: boolean | null = null
  let wanted: Side | null = null

  return {
    onCandle(candle) {
      const fastAt = fast.next(candle.close)
      const slowAt = slow.next(candle.close)
      if (fastAt === null || slowAt === null) return null
      if (fastAt !== slowAt) {
        const crossed = above !== null && above !== fastAt > slowAt
        above = fastAt > slowAt
        if (crossed) wanted = above ? 'buy' : short ? 'sell' : null
      }
      if (wanted === stance.side) return null
      return moveStance(stance, wanted, `fast ${fastAt.toFixed(4)}, slow ${slowAt.toFixed(4)}`)
    },
    onGap() {
      fast.reset()
      slow.reset()
    },
  }
}

function averageOf(kind: string): typeof createSma {
  if (kind === 'ema') return createEma
  if (kind === 'sma') return createSma
  throw new CdbError(
    'CDB_PARAM_INVALID',
    `moving-average-cross: average=${kind.slice(0, 40)} is not a kind of average`,
    {
      mend: 'use average=ema or average=sma',
    },
  )
}
