import type { ClientOrderId } from '../domain/order.ts'
import type { Digest } from './ports.ts'

/** How every client order id of ours begins. */
export const CLIENT_ORDER_ID_PREFIX = 'cdb'

/**
 * The order's id at the venue: a prefix and 72 bits of the slot's hash in base 32, so that one slot has one
 * id.
 */
export function clientOrderIdOf(slot: string, digest: Digest): ClientOrderId {
  const bits = BigInt(`0x${digest(slot).slice(0, 18)}`)
  return `${CLIENT_ORDER_ID_PREFIX}${bits.toString(32).padStart(15, '0')}` as ClientOrderId
}

/** Whether an id at the venue was made by us, whoever sent it. */
export const isOwnId = (id: string): boolean => id.startsWith(CLIENT_ORDER_ID_PREFIX)
