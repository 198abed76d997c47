import type { OrderRequest } from '../../domain/order.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Breach, Control, RiskFacts, WatchFacts } from '../control.ts'
import { numberLimit } from './limit.ts'

/** Execution reports an order whose fate it could not learn within half a minute. */
export const unknownOrders: Control = {
  id: 'C24',
  code: 'ORDERS_IN_DOUBT',
  title: 'unknown orders',
  meaning:
    'While it is not known whether the venue has an order, its instrument takes no new risk; several such ' +
    'orders halt the account.',
  params: [
    {
      name: 'halt',
      type: 'integer',
      unit: 'orders',
      default: '3',
      min: '1',
      max: '1000',
      meaning: 'orders in doubt that halt the account',
      looser: 'higher',
    },
  ],
  applies: 'riskIncreasing',
  overridable: false,
  latch: null,
  check: (order, facts, params) => manyInDoubt(facts, params) ?? doubtBreach(order, facts),
  watch: manyInDoubt,
}

function manyInDoubt({ inDoubt }: WatchFacts, params: ParamValues): Breach | null {
  const halt = numberLimit(params, 'halt')
  return inDoubt.length < halt
    ? null
    : {
        reason: 'too many orders are in doubt',
        value: `${inDoubt.length} orders`,
        limit: `fewer than ${halt}`,
        halt: true,
      }
}

function doubtBreach(order: OrderRequest, { openOrders, inDoubt }: RiskFacts): Breach | null {
  const doubted = openOrders.find(
    ({ request }) => request.instrument === order.instrument && inDoubt.includes(request.clientOrderId),
  )
  if (doubted === undefined) return null
  return {
    reason: 'an order of the instrument is in doubt',
    value: doubted.request.clientOrderId,
    limit: 'no order in doubt',
  }
}
