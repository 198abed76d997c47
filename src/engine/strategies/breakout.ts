import type { Candle, Side } from '../../domain/market.ts'
import type { ParamValues } from '../../domain/param.ts'
import { createHighest, createLowest } from '../indicators/extreme.ts'
import type { Strategy, StrategyDefinition } from '../strategy.ts'
import { candleParam, lengthParam, shortParam } from './settings.ts'
import { moveStance } from './stance.ts'
import type { Stance } from './stance.ts'

export const breakout: StrategyDefinition = {
  name: 'breakout',
  description:
    'Enters when a close leaves the Donchian channel of the candles before it, and leaves on a shorter one.',
  params: [
    candleParam,
    lengthParam('entry', '20', 'Candles before the current one whose highest high must be passed to enter.'),
    lengthParam('exit', '10', 'Candles before the current one whose lowest low must be passed to leave.'),
    shortParam,
  ],
  candleMs: (params) => params['candle'] as number,
  create: createBreakout,
}

type Channel = Readonly<{ high: number; low: number }>

function createBreakout(params: ParamValues): Strategy {
  const entry = createChannel(params['entry'] as number)
  const exit = createChannel(params['exit'] as number)
  const short = params['short'] === true
  const stance: Stance = { side: null }

  const wantedSide = (close: number, enter: Channel | null, leave: Channel | null): Side | null => {
    if (stance.side === 'buy') return leave !== null && close < leave.low ? null : 'buy'
    if (stance.side === 'sell') return leave !== null && close > leave.high ? null : 'sell'
    if (enter === null) return null
    if (close > enter.high) return 'buy'
    return short && close < enter.low ? 'sell' : null
  }

  return {
    onCandle(candle) {
      const enter = entry.next(candle)
      const leave = exit.next(candle)
      const channel = stance.side === null ? enter : leave
      const wanted = wantedSide(candle.close, enter, leave)
      if (channel === null || wanted === stance.side) return null
      const reason = `close ${candle.close}, channel ${channel.low} to ${channel.high}`
      return moveStance(stance, wanted, reason)
    },
    onGap() {
      entry.reset()
      exit.reset()
    },
  }
}

/** The channel of the candles before the one given: a candle cannot break out of a channel it is part of. */
function createChannel(length: number): Readonly<{ next(candle: Candle): Channel | null; reset(): void }> {
  const highest = createHighest(length)
  const lowest = createLowest(length)
  let before: Channel | null = null
  return {
    next(candle) {
      const channel = before
      const high = highest.next(candle.high)
      const low = lowest.next(candle.low)
      before = high === null || low === null ? null : { high, low }
      return channel
    },
    reset() {
      highest.reset()
      lowest.reset()
      before = null
    },
  }
}
