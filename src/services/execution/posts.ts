import type { ClientOrderId } from '../../domain/order.ts'
import type { ApprovedOrder } from '../../engine/approved-order.ts'
import type { Leadership } from '../../engine/leadership.ts'
import { RECV_WINDOW_MS } from '../../engine/venue-gateway.ts'
import type { Placement } from '../../engine/venue-gateway.ts'
import { spawn, venueNowMs } from './session.ts'
import type { Session } from './session.ts'

/** An order whose submission has been committed, with the times of that. */
export type Submission = Readonly<{ order: ApprovedOrder; submitMs: number; submitMonotonicMs: number }>

/** Sends orders that have been committed as submitting. */
export type Posts = Readonly<{
  /** Each order once, ever: the caller has committed it just now, and no other process can have. */
  send(submissions: readonly Submission[]): void
  /** Returns when every answer is in, or after the time. */
  settled(withinMs: number): Promise<void>
}>

const POSTS_MAX = 32

export function createPosts(session: Session, leadership: Leadership): Posts {
  const { clock } = session.options
  const waiting: Submission[] = []
  const running = new Set<Promise<void>>()
  const onAnswer = (id: ClientOrderId, placement: Placement): void => {
    session.news.placements.set(id, placement)
    session.loop.ring()
  }
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      onAnswer(next.order.clientOrderId, await post(session, leadership, next))
    }
  }
  return {
    send(submissions) {
      waiting.push(...submissions)
      for (let count = running.size; count < POSTS_MAX && count < waiting.length + running.size; count++) {
        spawn(session, () => {
          const worker = work().finally(() => running.delete(worker))
          running.add(worker)
          return worker
        })
      }
    },
    async settled(withinMs) {
      const enough = new AbortController()
      await Promise.race([Promise.allSettled(running), clock.sleep(withinMs, enough.signal)])
      enough.abort()
    },
  }
}

/**
 * The one POST. A process that was held up since its commit does not send: by now another may act for the
 * account, and what was right to send then need not be now.
 */
async function post(
  session: Session,
  leadership: Leadership,
  { order, submitMs, submitMonotonicMs }: Submission,
): Promise<Placement> {
  const { clock, gateway, telemetry } = session.options
  const { clientOrderId } = order
  const startMs = clock.monotonicMs()
  const lateMs = Math.max(startMs - submitMonotonicMs, venueNowMs(session) - submitMs)
  if (leadership.current() === null || lateMs > RECV_WINDOW_MS / 2) {
    telemetry.log('warn', 'not sent', { clientOrderId, lateMs })
    return { kind: 'unknown', reason: `not sent: ${Math.round(lateMs)} ms after its submission` }
  }
  telemetry.count('orders_submitted_total')
  const placement = await gateway.place(order, submitMs)
  telemetry.observe('order_seconds', clock.monotonicMs() - startMs)
  telemetry.log('info', placement.kind, { clientOrderId, submitMs })
  return placement
}
