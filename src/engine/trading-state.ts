import type { Command } from '../domain/event.ts'
import { venueOf } from '../domain/instrument.ts'
import type { InstrumentId } from '../domain/instrument.ts'
import { tradingStates } from './control.ts'
import type { TradingState } from './control.ts'

/** What commands have made of each scope; a scope not named is active. */
export type ScopeStates = Map<string, TradingState>

export type OrderScopes = Readonly<{ account: string; strategy: string; instrument: InstrumentId }>

/** Every scope that an order stands in, as commands name them. */
export const scopesOf = ({ account, strategy, instrument }: OrderScopes): readonly string[] => [
  'global',
  `venue:${venueOf(instrument)}`,
  `account:${account}`,
  `strategy:${strategy}`,
  `instrument:${instrument}`,
]

/** Applies a command that changes a scope's state; other commands change nothing. */
export function applyStateCommand(states: ScopeStates, command: Command): void {
  switch (command.action) {
    case 'halt':
    case 'haltCancel':
      states.set(command.scope, 'halted')
      return
    case 'reduceOnly':
      states.set(command.scope, 'reduceOnly')
      return
    case 'resume':
      states.delete(command.scope)
      return
    case 'flatten':
    case 'setLimit':
    case 'override':
    case 'unlatch':
      return
    default:
      return command.action satisfies never
  }
}

/** How strict the strictest scope is: 0 where all trade, 1 reduce-only, 2 halted. */
export const strictnessOf = (states: ScopeStates): number =>
  Math.max(0, ...[...states.values()].map((state) => tradingStates.indexOf(state)))

/** The strictest state of the scopes that an order stands in. */
export function stateOf(states: ScopeStates, order: OrderScopes): TradingState {
  if (states.size === 0) return 'active'
  let strictest = 0
  for (const scope of scopesOf(order)) {
    strictest = Math.max(strictest, tradingStates.indexOf(states.get(scope) ?? 'active'))
  }
  return tradingStates[strictest] ?? 'halted'
}
