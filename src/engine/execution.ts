import type { Abandoned, Submitting, TradingEvent } from '../domain/event.ts'
import type { ExecutionReport } from '../domain/execution-report.ts'
import type { MarketEvent } from '../domain/market.ts'
import { approvedOrder } from './approved-order.ts'
import type { SimulatedVenue } from './ports.ts'
import { submissionOf } from './submission.ts'
import { applyStateCommand } from './trading-state.ts'
import type { ScopeStates } from './trading-state.ts'

export type ExecutionConfig = Readonly<{
  venue: SimulatedVenue
  /** An approval older than this by event time is abandoned: a backlog never sends stale orders (C21). */
  approvalAgeMsMax: number
}>

/** Approvals, cancel requests and commands in; submissions, abandonments and the venue's reports out. */
export type ExecutionStep = Readonly<{
  step(event: TradingEvent): readonly TradingEvent[]
  /** What the venue reports as the tape moves on. */
  onMarket(event: MarketEvent): readonly ExecutionReport[]
}>

const NOTHING: readonly TradingEvent[] = []

/**
 * The step of the execution service: each approved order is submitted once, ever, and only while nothing
 * halts it.
 */
export function createExecution({ venue, approvalAgeMsMax }: ExecutionConfig): ExecutionStep {
  const states: ScopeStates = new Map()
  let nowMs = 0

  const onApproved = (event: Extract<TradingEvent, { kind: 'approved' }>): Submitting | Abandoned => {
    const submission = submissionOf(event.order, { nowMs, states, approvalAgeMsMax })
    if (submission.kind === 'submitting') venue.submit(approvedOrder(event), nowMs)
    return submission
  }

  return {
    step(event) {
      if (event.eventMs > nowMs) nowMs = event.eventMs
      if (event.kind === 'approved') return [onApproved(event)]
      if (event.kind === 'cancelRequested') venue.cancel(event.clientOrderId, nowMs)
      if (event.kind === 'command') applyStateCommand(states, event)
      return NOTHING
    },
    onMarket(event) {
      return venue.onMarket(event)
    },
  }
}
