import type { ClientOrderId } from '../../domain/order.ts'

/** What execution has found out about the venue that is not as it should be. */
export type VenueDoubts = {
  /** How far the clock is off; empty while it is right. */
  clockOff: string
  /** The newest difference that the books do not explain; empty once a person has resumed the account. */
  unexplained: string
  readonly inDoubt: Set<ClientOrderId>
}

export const createVenueDoubts = (): VenueDoubts => ({ clockOff: '', unexplained: '', inDoubt: new Set() })
