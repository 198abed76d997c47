import { divideFloor } from '../../domain/decimal.ts'
import type { Money, Ratio } from '../../domain/decimal.ts'
import { CdbError } from '../../domain/errors.ts'
import type { ParamSpec, ParamValues } from '../../domain/param.ts'

const BPS_IN_ONE = 10_000n

const share = { type: 'decimal', unit: 'share' } as const
const bps = { type: 'decimal', unit: 'basis points', min: '0', max: '1000' } as const
const milliseconds = { type: 'integer', unit: 'ms', min: '0', max: '60000' } as const
const flag = { type: 'flag', unit: '', min: '', max: '' } as const

/** Every setting of the paper venue. docs/reference/paper-venue.md lists the same names, by test. */
export const paperVenueParams: readonly ParamSpec[] = [
  {
    name: 'latencyMs',
    ...milliseconds,
    default: '50',
    meaning: 'least time from our submission or cancel to its arrival at the venue',
  },
  {
    name: 'latencyJitterMs',
    ...milliseconds,
    default: '20',
    meaning: 'most that chance adds to the latency; every whole millisecond up to it is equally likely',
  },
  {
    name: 'makerFee',
    ...share,
    default: '0.001',
    min: '0',
    max: '0.05',
    meaning: 'fee of fills that were resting, as a share of their value',
  },
  {
    name: 'takerFee',
    ...share,
    default: '0.001',
    min: '0',
    max: '0.05',
    meaning: 'fee of fills that took liquidity, as a share of their value',
  },
  {
    name: 'feeIn',
    type: 'text',
    unit: 'quote or base',
    default: 'quote',
    min: '',
    max: '',
    meaning: 'asset that buys pay their fee in; sells always pay in quote',
  },
  {
    name: 'slippageBps',
    ...bps,
    default: '1',
    meaning: 'distance of the unseen touch from the price known: the last trade, or the open of a candle',
  },
  {
    name: 'slippageNoise',
    ...share,
    default: '0.5',
    min: '0',
    max: '1',
    meaning: 'share of slippageBps that chance adds or takes away, drawn once for each order',
  },
  {
    name: 'impactBps',
    ...bps,
    default: '1',
    meaning: 'how far a market order moves the price with each impactNotional taken beyond what is displayed',
  },
  {
    name: 'impactNotional',
    type: 'decimal',
    unit: 'quote',
    default: '100000',
    min: '1',
    max: '1000000000000',
    meaning: 'value beyond what is displayed that moves the price by impactBps',
  },
  {
    name: 'impactBpsMax',
    type: 'decimal',
    unit: 'basis points',
    default: '500',
    min: '0',
    max: '5000',
    meaning: 'farthest that a market order may move the price; what is left of it then expires',
  },
  {
    name: 'volumeShare',
    ...share,
    default: '0.1',
    min: '0.0001',
    max: '1',
    meaning: "share of a candle's volume that all our orders together may fill",
  },
  {
    name: 'candleTouch',
    ...flag,
    default: 'false',
    meaning: 'true: a candle that only touches a limit price fills it; false: it must go through',
  },
  {
    name: 'queue',
    ...flag,
    default: 'true',
    meaning: 'true: resting orders wait behind what is displayed at their price; false: they are first',
  },
]

/** The settings in the units that the venue reckons in. */
export type PaperVenueSettings = Readonly<{
  latencyMs: number
  latencyJitterMs: number
  makerFee: Ratio
  takerFee: Ratio
  feeIn: 'quote' | 'base'
  slippage: Ratio
  slippageNoise: Ratio
  impact: Ratio
  impactNotional: Money
  impactMax: Ratio
  volumeShare: Ratio
  candleTouch: boolean
  queue: boolean
}>

/** Throws CDB_PARAM_INVALID when feeIn names neither asset. */
export function settingsOf(params: ParamValues): PaperVenueSettings {
  const feeIn = params['feeIn']
  if (feeIn !== 'quote' && feeIn !== 'base') {
    throw new CdbError(
      'CDB_PARAM_INVALID',
      `venue: feeIn=${String(feeIn).slice(0, 60)} is not an asset of the pair`,
      {
        mend: 'use feeIn=quote or feeIn=base',
      },
    )
  }
  return {
    latencyMs: params['latencyMs'] as number,
    latencyJitterMs: params['latencyJitterMs'] as number,
    makerFee: params['makerFee'] as Ratio,
    takerFee: params['takerFee'] as Ratio,
    feeIn,
    slippage: ratioOfBps(params['slippageBps'] as bigint),
    slippageNoise: params['slippageNoise'] as Ratio,
    impact: ratioOfBps(params['impactBps'] as bigint),
    impactNotional: params['impactNotional'] as Money,
    impactMax: ratioOfBps(params['impactBpsMax'] as bigint),
    volumeShare: params['volumeShare'] as Ratio,
    candleTouch: params['candleTouch'] as boolean,
    queue: params['queue'] as boolean,
  }
}

const ratioOfBps = (value: bigint): Ratio => divideFloor(value, BPS_IN_ONE) as Ratio
