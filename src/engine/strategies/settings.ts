import type { ParamSpec } from '../../domain/param.ts'

/** Settings that several strategies have in common. */
export const candleParam: ParamSpec = {
  name: 'candle',
  type: 'duration',
  unit: '',
  default: '1m',
  min: '1s',
  max: '1d',
  meaning: 'Interval of the candles it decides on; data of longer candles brings its own.',
}

export const shortParam: ParamSpec = {
  name: 'short',
  type: 'flag',
  unit: '',
  default: 'false',
  min: '',
  max: '',
  meaning: 'Also bets on falling prices; the account must be allowed to short.',
}

/** A count of candles that an indicator looks back on. */
export const lengthParam = (name: string, preset: string, meaning: string): ParamSpec => ({
  name,
  type: 'integer',
  unit: 'candles',
  default: preset,
  min: '1',
  max: '1000',
  meaning,
})
