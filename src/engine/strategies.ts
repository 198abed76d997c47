import { breakout } from './strategies/breakout.ts'
import { meanReversion } from './strategies/mean-reversion.ts'
import { momentum } from './strategies/momentum.ts'
import { movingAverageCross } from './strategies/moving-average-cross.ts'
import type { StrategyDefinition } from './strategy.ts'

/** The strategies that come with the program, by name. */
export const strategies: Readonly<Record<string, StrategyDefinition>> = {
  [momentum.name]: momentum,
  [movingAverageCross.name]: movingAverageCross,
  [breakout.name]: breakout,
  [meanReversion.name]: meanReversion,
}
