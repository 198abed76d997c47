import { CdbError } from '../../domain/errors.ts'
import type { Side } from '../../domain/market.ts'
import { formatDuration } from '../../domain/param.ts'
import type { ParamSpec, ParamValues } from '../../domain/param.ts'
import type { Strategy, StrategyDefinition, Wish } from '../strategy.ts'
import { shortParam } from './settings.ts'
import { moveStance } from './stance.ts'
import type { Stance } from './stance.ts'
import { clearWindow, createTrailingWindow, priceBefore, pushTrade, volumeOf } from './trailing-window.ts'
import type { WindowTrade } from './trailing-window.ts'

const params: readonly ParamSpec[] = [
  {
    name: 'lookback',
    type: 'duration',
    unit: '',
    default: '30s',
    min: '1ms',
    max: '30d',
    meaning: 'How far back the price is compared with; on candles, rounded up to whole ones.',
  },
  {
    name: 'threshold',
    type: 'number',
    unit: 'percent',
    default: '0.02',
    min: '0.0001',
    max: '100',
    meaning: 'Enters when the price has changed by at least this much over the lookback.',
  },
  {
    name: 'exitThreshold',
    type: 'number',
    unit: 'percent',
    default: '0',
    min: '-99',
    max: '99',
    meaning: 'Leaves when the change has fallen below this. Must be less than threshold.',
  },
  {
    name: 'minVolume',
    type: 'number',
    unit: 'base units',
    default: '1',
    min: '0',
    max: '1000000000000',
    meaning: 'Enters only when at least this much was traded within the lookback.',
  },
  shortParam,
]

/**
 * Momentum over a real look-back: the last price against the price `lookback` ago, over all trades in
 * between.
 */
export const momentum: StrategyDefinition = {
  name: 'momentum',
  description: 'Follows a price change over a look-back window with enough volume, and leaves when it fades.',
  params,
  candleMs: () => null,
  create: createMomentum,
}

function createMomentum(values: ParamValues): Strategy {
  const lookbackMs = values['lookback'] as number
  const threshold = values['threshold'] as number
  const exitThreshold = values['exitThreshold'] as number
  const minVolume = values['minVolume'] as number
  const short = values['short'] === true
  if (exitThreshold >= threshold) {
    throw new CdbError(
      'CDB_PARAM_RANGE',
      `momentum: exitThreshold=${exitThreshold} is not less than threshold=${threshold}`,
      { mend: 'set exitThreshold below threshold, or it would leave as soon as it enters' },
    )
  }
  // Factors on the price before the window: comparing products spares a division on each trade.
  const enterLong = 1 + threshold / 100
  const exitLong = 1 + exitThreshold / 100
  const enterShort = 1 - threshold / 100
  const exitShort = 1 - exitThreshold / 100
  const window = createTrailingWindow()
  const stance: Stance = { side: null }

  /** `before` is NaN until the window is full, and no comparison with NaN holds: the stance stays. */
  const wantedSide = (held: Side | null, price: number, before: number): Side | null => {
    if (held === 'buy') return price < before * exitLong ? null : 'buy'
    if (held === 'sell') return price > before * exitShort ? null : 'sell'
    if (price >= before * enterLong) return 'buy'
    return short && price <= before * enterShort ? 'sell' : null
  }

  const observe = (trade: WindowTrade, spanMs: number): Wish | null => {
    pushTrade(window, trade, spanMs)
    const { price } = trade
    const before = priceBefore(window)
    const wanted = wantedSide(stance.side, price, before)
    if (wanted === stance.side) return null
    const volume = volumeOf(window)
    if (wanted !== null && volume < minVolume) return null
    const change = ((price - before) / before) * 100
    const reason = `change ${change.toFixed(4)}% in ${formatDuration(spanMs)}, volume ${volume.toFixed(4)}`
    return moveStance(stance, wanted, reason)
  }

  return {
    onTrade: (trade) => observe(trade, lookbackMs),
    onCandle({ eventMs, close, volume, intervalMs }) {
      const spanMs = Math.max(1, Math.ceil(lookbackMs / intervalMs)) * intervalMs
      return observe({ eventMs, price: close, quantity: volume }, spanMs)
    },
    onGap: () => clearWindow(window),
  }
}
