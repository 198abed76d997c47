import type { Ratio } from '../domain/decimal.ts'
import type { ParamValues } from '../domain/param.ts'
import type { Regime } from '../domain/signal.ts'

/**
 * The share of full size that a strategy is granted in a regime. It follows the regime of its own instrument
 * at once: the classifier has already waited for confirmation, and a second wait here would never end.
 * `params` are those of `regimeParams`.
 */
export function allocationOf(regime: Regime, params: ParamValues): Ratio {
  switch (regime) {
    case 'trend':
      return params['allocationTrend'] as Ratio
    case 'range':
      return params['allocationRange'] as Ratio
    case 'chaotic':
      return params['allocationChaotic'] as Ratio
    case 'unknown':
      return params['allocationUnknown'] as Ratio
    default:
      return regime satisfies never
  }
}
