import { checkFilters } from '../../domain/instrument.ts'
import type { Breach, Control } from '../control.ts'
import { isPriced, priceMissing } from './order-price.ts'

/**
 * The venue would reject the order, so an override could not help: bounds of the filters themselves pass.
 */
export const venueFilters: Control = {
  id: 'C09',
  code: 'VENUE_FILTER',
  title: 'venue filters',
  meaning:
    'Price and trigger must be on the tick grid, the quantity on the lot grid and within its bounds, and ' +
    'the value at least the smallest notional that the venue takes.',
  params: [],
  applies: 'all',
  overridable: false,
  latch: null,
  check(order, facts): Breach | null {
    if (!isPriced(facts.mark)) return priceMissing
    const prices = [order.price, order.stopPrice].filter((price) => price !== null)
    const { quantity } = order
    const breach = checkFilters(facts.instrument, { quantity, prices, reference: facts.mark.price })
    if (breach === null) return null
    const { base, quote } = facts.instrument
    const unit = breach.filter === 'lotSize' || breach.filter.startsWith('quantity') ? base : quote
    return {
      reason: `the venue's filter ${breach.filter} refuses it`,
      value: `${breach.value} ${unit}`,
      limit: `${breach.limit} ${unit}`,
    }
  },
}
