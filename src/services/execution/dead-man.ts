import type { ClientOrderId } from '../../domain/order.ts'
import { cancelOrder } from './attention.ts'
import type { Session } from './session.ts'

/** Without the log nobody can halt or cancel: orders are not left open longer than this. */
export const DEAD_MAN_MS = 30_000

/** Cancels what is open when the log has been out of reach for too long (C26). */
export type DeadMan = Readonly<{
  /** The log has answered, and this process leads. */
  alive(): void
  /** It has not; once it has been silent for too long, every open order is canceled at the venue, once. */
  silent(): Promise<void>
}>

export function createDeadMan(session: Session): DeadMan {
  const { clock, telemetry } = session.options
  let silentSinceMs: number | null = null
  let isDone = false
  return {
    alive() {
      silentSinceMs = null
      isDone = false
    },
    async silent() {
      silentSinceMs ??= clock.monotonicMs()
      const open = openAtVenue(session)
      if (isDone || open.length === 0 || clock.monotonicMs() - silentSinceMs <= DEAD_MAN_MS) return
      isDone = true
      telemetry.log('error', 'the log is out of reach: open orders are canceled', { orders: open.length })
      await Promise.all(open.map((id) => cancelOrder(session, id)))
    },
  }
}

/** Those that the venue has, or may have. */
export const openAtVenue = ({ desk }: Session): readonly ClientOrderId[] =>
  [...desk.ledger].filter(([, { state }]) => state !== 'approved').map(([id]) => id)
