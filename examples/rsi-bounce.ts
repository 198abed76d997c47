import { createRsi } from '../src/engine/indicators/rsi.ts'
import type { StrategyDefinition } from '../src/engine/strategy.ts'

/** A strategy of your own is one file whose default export is a definition like this one. */
const rsiBounce: StrategyDefinition = {
  name: 'rsi-bounce',
  description: 'Buys when RSI climbs back out of the oversold zone, and sells when it has recovered.',
  params: [
    {
      name: 'candle',
      type: 'duration',
      unit: '',
      default: '1m',
      min: '1s',
      max: '1d',
      meaning: 'Interval of the candles it decides on.',
    },
    {
      name: 'length',
      type: 'integer',
      unit: 'candles',
      default: '14',
      min: '2',
      max: '200',
      meaning: 'Length of the relative strength index.',
    },
    {
      name: 'oversold',
      type: 'number',
      unit: 'points',
      default: '30',
      min: '0',
      max: '100',
      meaning: 'Enters when the index climbs back above this.',
    },
    {
      name: 'recovered',
      type: 'number',
      unit: 'points',
      default: '55',
      min: '0',
      max: '100',
      meaning: 'Leaves when the index is at least this.',
    },
  ],
  candleMs: (params) => params['candle'] as number,
  create(params) {
    const oversold = params['oversold'] as number
    const recovered = params['recovered'] as number
    const rsi = createRsi(params['length'] as number)
    // All state lives in here, so that every run starts from nothing.
    let before: number | null = null
    let holding = false
    return {
      onCandle(candle, { regime }) {
        const last = before
        const now = rsi.next(candle.close)
        before = now
        if (now === null || last === null) return null
        const reason = `rsi ${last.toFixed(2)} to ${now.toFixed(2)}`
        if (holding && now >= recovered) {
          holding = false
          return { action: 'exit', side: 'sell', reason }
        }
        // A bounce in a chaotic market is not a bounce.
        if (holding || regime === 'chaotic' || last > oversold || now <= oversold) return null
        holding = true
        return { action: 'enter', side: 'buy', reason, stopLossPercent: 2, takeProfitPercent: 4 }
      },
      onGap() {
        rsi.reset()
        before = null
      },
    }
  },
}

export default rsiBounce
