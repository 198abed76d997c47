import { CdbError } from '../domain/errors.ts'
import type { Candle } from '../domain/market.ts'
import type { ParamSpec, ParamValues } from '../domain/param.ts'
import type { Regime } from '../domain/signal.ts'
import { createAdx } from './indicators/adx.ts'
import { createAtr } from './indicators/atr.ts'

const share = (name: string, preset: string, meaning: string): ParamSpec => ({
  name,
  type: 'decimal',
  unit: 'share',
  default: preset,
  min: '0',
  max: '1',
  meaning,
})

/** Settings of the classifier, and of allocation by what it finds. */
export const regimeParams: readonly ParamSpec[] = [
  {
    name: 'candle',
    type: 'duration',
    unit: '',
    default: '1m',
    min: '1s',
    max: '1d',
    meaning: 'Interval of the candles that are classified; data of longer candles brings its own.',
  },
  {
    name: 'adxLength',
    type: 'integer',
    unit: 'candles',
    default: '14',
    min: '2',
    max: '200',
    meaning: "Length of Wilder's average directional index.",
  },
  {
    name: 'atrLength',
    type: 'integer',
    unit: 'candles',
    default: '14',
    min: '1',
    max: '200',
    meaning: "Length of Wilder's average true range.",
  },
  {
    name: 'adxTrend',
    type: 'number',
    unit: 'points',
    default: '25',
    min: '0',
    max: '100',
    meaning: 'At this index or above, the market trends. Must be greater than adxRange.',
  },
  {
    name: 'adxRange',
    type: 'number',
    unit: 'points',
    default: '20',
    min: '0',
    max: '100',
    meaning:
      'At this index or below, the market moves sideways; between the two the regime stays what it was.',
  },
  {
    name: 'atrChaotic',
    type: 'number',
    unit: 'share of price',
    default: '0.03',
    min: '0.0001',
    max: '1',
    meaning:
      'At this average true range or above, as a share of the close, the market is chaotic. It grows with ' +
      'the interval: 0.03 is wild for minutes and usual for days.',
  },
  {
    name: 'confirmationBars',
    type: 'integer',
    unit: 'candles',
    default: '3',
    min: '1',
    max: '100',
    meaning: 'Candles in a row that must agree before the regime changes.',
  },
  share('allocationTrend', '1', 'Share of full size that a strategy is granted in a trend.'),
  share('allocationRange', '1', 'Share of full size that a strategy is granted in a sideways market.'),
  share('allocationChaotic', '0.2', 'Share of full size that a strategy is granted in a chaotic market.'),
  share(
    'allocationUnknown',
    '0.5',
    'Share of full size that a strategy is granted before the regime is known.',
  ),
]

/** Classifies the market of one instrument; another instrument has a classifier of its own. */
export type RegimeClassifier = Readonly<{
  /** The regime as of this candle: given at every candle, not only when it changes. */
  onCandle(candle: Candle): Regime
  /** Forgets everything: what was learned before a gap says nothing of the market after it. */
  reset(): void
}>

/** Throws CDB_PARAM_RANGE unless adxTrend is greater than adxRange. */
export function createRegimeClassifier(params: ParamValues): RegimeClassifier {
  const adxTrend = params['adxTrend'] as number
  const adxRange = params['adxRange'] as number
  const atrChaotic = params['atrChaotic'] as number
  const confirmationBars = params['confirmationBars'] as number
  if (adxTrend <= adxRange) {
    throw new CdbError(
      'CDB_PARAM_RANGE',
      `regime: adxTrend=${adxTrend} is not greater than adxRange=${adxRange}`,
      {
        mend: 'set adxTrend above adxRange, as in 25 and 20',
      },
    )
  }
  const adx = createAdx(params['adxLength'] as number)
  const atr = createAtr(params['atrLength'] as number)
  let current: Regime = 'unknown'
  let candidate: Regime = 'unknown'
  let agreeing = 0

  /** What this candle alone says; where it says nothing, the regime stays. */
  const classOf = (candle: Candle): Regime => {
    const strength = adx.next(candle)
    const range = atr.next(candle)
    if (range !== null && range >= atrChaotic * candle.close) return 'chaotic'
    if (strength === null) return current
    if (strength >= adxTrend) return 'trend'
    return strength <= adxRange ? 'range' : current
  }

  return {
    onCandle(candle) {
      const found = classOf(candle)
      agreeing = found === candidate ? agreeing + 1 : 1
      candidate = found
      if (agreeing >= confirmationBars) current = candidate
      return current
    },
    reset() {
      adx.reset()
      atr.reset()
      current = 'unknown'
      candidate = 'unknown'
      agreeing = 0
    },
  }
}
