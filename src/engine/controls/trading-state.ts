import type { Breach, Control } from '../control.ts'

/** Halted denies every order; reduceOnly denies what can bring the position farther from zero. */
export const tradingState: Control = {
  id: 'C02',
  code: 'TRADING_STATE',
  title: 'trading state',
  meaning:
    'The strictest state of global, venue, account, strategy and instrument decides: halted denies every ' +
    'order, reduceOnly denies what increases risk.',
  params: [],
  applies: 'all',
  overridable: false,
  latch: null,
  check(_order, facts): Breach | null {
    switch (facts.state) {
      case 'active':
        return null
      case 'reduceOnly':
        if (!facts.increasesRisk) return null
        return {
          reason: 'only orders that reduce the position are let through',
          value: 'reduceOnly',
          limit: 'active',
        }
      case 'halted':
        return { reason: 'trading is halted', value: 'halted', limit: 'active' }
      default:
        return facts.state satisfies never
    }
  },
}
