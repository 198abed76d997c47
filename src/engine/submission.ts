import type { Abandoned, Submitting } from '../domain/event.ts'
import type { OrderRequest } from '../domain/order.ts'
import { stateOf } from './trading-state.ts'
import type { ScopeStates } from './trading-state.ts'

export type SubmissionFacts = Readonly<{
  states: ScopeStates
  /** Event time of its turn. */
  nowMs: number
  approvalAgeMsMax: number
  /** Why no new risk may be taken now; orders that only reduce it are sent all the same. */
  doubt?: string
}>

/**
 * What becomes of an approved order now that it is its turn. A halt stops all but what flattens, and a
 * backlog never sends stale orders (C21).
 */
export function submissionOf(order: OrderRequest, facts: SubmissionFacts): Submitting | Abandoned {
  const { clientOrderId, account, instrument } = order
  const of = { clientOrderId, account, instrument, eventMs: facts.nowMs }
  const reason = abandonReason(order, facts)
  return reason === null ? { kind: 'submitting', ...of } : { kind: 'abandoned', ...of, reason }
}

function abandonReason(order: OrderRequest, facts: SubmissionFacts): string | null {
  const { states, nowMs, approvalAgeMsMax, doubt = '' } = facts
  const state = stateOf(states, order)
  if (state === 'halted' && order.purpose !== 'flatten') return 'halted before its turn came'
  if (state === 'reduceOnly' && !order.reduceOnly) return 'reduce-only before its turn came'
  const ageMs = nowMs - order.decidedMs
  if (ageMs > approvalAgeMsMax) return `decided ${ageMs} ms ago`
  return doubt === '' || order.reduceOnly ? null : doubt
}
