import type { ParamValues } from '../../domain/param.ts'
import { standingsOf } from '../performance.ts'
import type { Close, Standing } from '../performance.ts'

/** The newest closes of every strategy of the account, as many as performance looks at. */
export type StrategyCloses = Readonly<{
  add(close: Close): void
  /** How a strategy stands against the others; null before its first close. */
  standingOf(strategy: string): Standing | null
  /** What createStrategyCloses goes on from. */
  save(): ClosesByStrategy
}>

export type ClosesByStrategy = ReadonlyMap<string, readonly Close[]>

export function createStrategyCloses(
  params: ParamValues,
  saved: ClosesByStrategy = new Map(),
): StrategyCloses {
  const countMax = Math.max(params['closesMin'] as number, params['closesMax'] as number)
  const byStrategy = new Map([...saved].map(([strategy, closes]) => [strategy, [...closes]]))
  return {
    add(close) {
      const closes = byStrategy.get(close.strategy) ?? []
      closes.push(close)
      if (closes.length > countMax) closes.shift()
      byStrategy.set(close.strategy, closes)
    },
    standingOf(strategy) {
      if (!byStrategy.has(strategy)) return null
      const standings = standingsOf([...byStrategy.values()].flat(), params)
      return standings.find((standing) => standing.strategy === strategy) ?? null
    },
    save: () => byStrategy,
  }
}
