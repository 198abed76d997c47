import { absolute, subtract, toNumber } from '../domain/decimal.ts'
import type { Money } from '../domain/decimal.ts'
import type { ParamSpec, ParamValues } from '../domain/param.ts'
import type { Position } from '../domain/position.ts'

/** What a strategy made by closing a position or a part of it. */
export type Close = Readonly<{
  strategy: string
  /** Profit of the closed part, in quote. */
  pnl: Money
  /** What the closed part had cost, unsigned, in quote. */
  cost: Money
}>

export type Standing = Readonly<{
  strategy: string
  closes: number
  /** Whether there are closes enough to judge by. */
  ready: boolean
  /** Exponential moving average of the returns, as a share; null until ready. */
  score: number | null
  /** Median score of the other strategies that are ready; null when there are none. */
  peerScore: number | null
  /** Whether it does worse than its peers. A strategy without peers never does. */
  blocked: boolean
}>

export const performanceParams: readonly ParamSpec[] = [
  {
    name: 'closesMin',
    type: 'integer',
    unit: 'closes',
    default: '30',
    min: '1',
    max: '10000',
    meaning: 'Closes after which a strategy is judged, however long or short a time they took.',
  },
  {
    name: 'closesMax',
    type: 'integer',
    unit: 'closes',
    default: '100',
    min: '1',
    max: '10000',
    meaning: 'Only this many of the newest closes count. At least closesMin of them are always looked at.',
  },
  {
    name: 'scoreWeight',
    type: 'number',
    unit: 'share',
    default: '0.3',
    min: '0.001',
    max: '1',
    meaning: 'Weight of the newest return in the moving average of returns.',
  },
]

/**
 * The close that led from one position to the next; null when nothing was closed. The cost of what is still
 * held is left alone by a close, so a partial close does not spoil the return of the rest.
 */
export function closeOf(strategy: string, before: Position, after: Position): Close | null {
  const held = absolute(before.quantity)
  const flipped = before.quantity > 0n !== after.quantity > 0n && after.quantity !== 0n
  if (held === 0n || (!flipped && absolute(after.quantity) >= held)) return null
  const costBefore = absolute(before.cost)
  return {
    strategy,
    pnl: subtract(after.realizedPnl, before.realizedPnl),
    cost: flipped ? costBefore : subtract(costBefore, absolute(after.cost)),
  }
}

/** Profit as a share of cost; what cost nothing has no return. */
export const returnOf = (close: Close): number =>
  close.cost === 0n ? 0 : toNumber(close.pnl) / toNumber(close.cost)

/** How every strategy that closed anything stands now, in order of first close. `closes` are oldest first. */
export function standingsOf(closes: readonly Close[], params: ParamValues): readonly Standing[] {
  const byStrategy = Map.groupBy(closes, (close) => close.strategy)
  const scores = new Map<string, number | null>()
  for (const [strategy, own] of byStrategy) scores.set(strategy, scoreOf(own, params))
  return [...scores].map(([strategy, score]) => {
    const peers = [...scores].flatMap(([other, at]) => (other === strategy || at === null ? [] : [at]))
    const peerScore = medianOf(peers)
    return {
      strategy,
      closes: byStrategy.get(strategy)?.length ?? 0,
      ready: score !== null,
      score,
      peerScore,
      blocked: score !== null && peerScore !== null && score < peerScore,
    }
  })
}

/**
 * Moving average of the returns of one strategy's closes, seeded by the first of them; null while there are
 * too few.
 */
export function scoreOf(closes: readonly Close[], params: ParamValues): number | null {
  const closesMin = params['closesMin'] as number
  const weight = params['scoreWeight'] as number
  if (closes.length < closesMin) return null
  const counted = closes.slice(-Math.max(closesMin, params['closesMax'] as number)).map(returnOf)
  return counted.reduce((score, value) => score + weight * (value - score))
}

function medianOf(values: readonly number[]): number | null {
  const sorted = values.toSorted((left, right) => left - right)
  const upper = sorted[Math.floor(sorted.length / 2)]
  const lower = sorted[Math.floor((sorted.length - 1) / 2)]
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2
}
