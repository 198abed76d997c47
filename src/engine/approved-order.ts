import type { OrderRequest } from '../domain/order.ts'

declare const approved: unique symbol
/** An order request that risk has approved. Only this module can make one, and a venue takes nothing else. */
export type ApprovedOrder = OrderRequest & { readonly [approved]: true }

/** Called with the order of an `approved` event from the log, which only risk writes. */
export const approvedOrder = (event: Readonly<{ kind: 'approved'; order: OrderRequest }>): ApprovedOrder =>
  event.order as ApprovedOrder
