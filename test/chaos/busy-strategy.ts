import type { StrategyDefinition } from '../../src/engine/strategy.ts'

/**
 * Enters at the first trade of every even period of the tape's clock and leaves at the first of every odd
 * one.
 */
const busy: StrategyDefinition = {
  name: 'busy',
  description: 'Trades all the time, so that there is always an order on its way.',
  params: [
    {
      name: 'period',
      type: 'duration',
      unit: '',
      default: '500ms',
      min: '1ms',
      max: '1h',
      meaning: 'Time between a wish and the next.',
    },
    {
      name: 'trades',
      type: 'integer',
      unit: 'trades',
      default: '0',
      min: '0',
      max: '1000000',
      meaning: 'Trades between a wish and the next, in place of time; 0 goes by time.',
    },
  ],
  candleMs: () => null,
  create(params) {
    const periodMs = params['period'] as number
    const trades = params['trades'] as number
    let last = -1
    return {
      onTrade({ eventMs, tradeId }) {
        const period = trades > 0 ? Math.floor((tradeId ?? 0) / trades) : Math.floor(eventMs / periodMs)
        if (period === last) return null
        last = period
        return period % 2 === 0
          ? {
              action: 'enter',
              side: 'buy',
              reason: 'an even period',
              stopLossPercent: 5,
              takeProfitPercent: 5,
            }
          : { action: 'exit', side: 'sell', reason: 'an odd period' }
      },
    }
  },
}

export default busy
