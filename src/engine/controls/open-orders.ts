import type { Breach, Control } from '../control.ts'
import { numberLimit } from './limit.ts'

/**
 * Counts the order in question with those that are open: the limit itself passes. Our own limits stop new
 * risk only, so that a stop-loss is never refused for the entries that rest; the venue's limit holds for
 * every order.
 */
export const openOrders: Control = {
  id: 'C12',
  code: 'OPEN_ORDERS',
  title: 'open orders',
  meaning:
    'The number of open orders of an instrument and of the account is bounded by our own limits for ' +
    "orders that increase risk, and by the venue's for all.",
  params: [
    {
      name: 'instrumentMax',
      type: 'integer',
      unit: 'orders',
      default: '20',
      min: '1',
      max: '1000',
      meaning: 'open orders of one instrument, protective ones included',
      looser: 'higher',
    },
    {
      name: 'accountMax',
      type: 'integer',
      unit: 'orders',
      default: '50',
      min: '1',
      max: '10000',
      meaning: 'open orders of the whole account',
      looser: 'higher',
    },
  ],
  applies: 'all',
  overridable: true,
  latch: null,
  check(order, facts, params): Breach | null {
    const account = facts.openOrders.length + 1
    const instrument =
      facts.openOrders.filter(({ request }) => request.instrument === order.instrument).length + 1
    const venueMax = facts.instrument.openOrdersMax
    if (instrument > venueMax)
      return breach('the venue takes no more orders of this instrument', instrument, venueMax)
    if (!facts.increasesRisk) return null
    const instrumentMax = numberLimit(params, 'instrumentMax')
    if (instrument > instrumentMax)
      return breach('too many open orders of the instrument', instrument, instrumentMax)
    const accountMax = numberLimit(params, 'accountMax')
    if (account > accountMax) return breach('too many open orders of the account', account, accountMax)
    return null
  },
}

const breach = (reason: string, count: number, max: number): Breach => ({
  reason,
  value: `${count} orders`,
  limit: `${max} orders`,
})
