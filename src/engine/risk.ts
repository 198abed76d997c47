import type { Mark, TradingEvent } from '../domain/event.ts'
import type { OrderRecord } from './order-ledger.ts'
import { applyMark, positionOf } from './portfolio.ts'
import type { Portfolio } from './portfolio.ts'
import { observeEquity } from './risk/account.ts'
import { expireOrders } from './risk/cancels.ts'
import { applyCommand } from './risk/commands.ts'
import { createRiskContext, riskRecordOf } from './risk/context.ts'
import type { RiskConfig, RiskContext, RiskRecord } from './risk/context.ts'
import { onDiscrepancy } from './risk/discrepancies.ts'
import { onOrderEvent } from './risk/reports.ts'
import { onSignal } from './risk/signals.ts'
import { watch } from './risk/watch.ts'
import { stateOfText, stateText } from './state-text.ts'
import type { ScopeStates } from './trading-state.ts'

export type { RiskConfig } from './risk/context.ts'

/** Signals, marks, reports and commands in; approvals, denials, cancel requests and alerts out. */
export type RiskStep = Readonly<{
  step(event: TradingEvent): readonly TradingEvent[]
  portfolio: Portfolio
  openOrders(): readonly OrderRecord[]
  /** Scopes that do not trade as usual. */
  states: ScopeStates
  /** All that it knows, as text: a step made with it goes on as this one would. */
  save(): string
}>

const NOTHING: readonly TradingEvent[] = []

/**
 * The step of the risk service: one account. It denies by default, and all that it knows follows from its
 * input.
 */
export function createRisk(config: RiskConfig, saved: string | null = null): RiskStep {
  const record = saved === null ? undefined : (stateOfText(saved) as RiskRecord)
  const context = createRiskContext(config, record)
  return {
    step: (event) => stepRisk(context, event),
    portfolio: context.account.portfolio,
    openOrders: () => [...context.account.ledger.values()],
    states: context.states,
    save: () => stateText(riskRecordOf(context)),
  }
}

function stepRisk(context: RiskContext, event: TradingEvent): readonly TradingEvent[] {
  const { account } = context
  if (event.kind === 'approved') return NOTHING
  if (event.eventMs > account.nowMs) account.nowMs = event.eventMs
  switch (event.kind) {
    case 'mark':
      return onMark(context, event)
    case 'signal':
      return onSignal(context, event)
    case 'command':
      return applyCommand(context, event)
    case 'submitting':
    case 'abandoned':
    case 'accepted':
    case 'rejected':
    case 'canceled':
    case 'expired':
    case 'unknown':
    case 'notPlaced':
    case 'filled':
      return onOrderEvent(context, event)
    case 'discrepancy':
      return onDiscrepancy(context, event)
    case 'denied':
    case 'cancelRequested':
    case 'alert':
      return NOTHING
    default:
      return event satisfies never
  }
}

function onMark(context: RiskContext, mark: Mark): readonly TradingEvent[] {
  const { account } = context
  account.marks.set(mark.instrument, mark)
  applyMark(account.portfolio, mark.instrument, mark.price)
  const isFlat = positionOf(account.portfolio, mark.instrument).quantity === 0n
  if (isFlat && account.ledger.size === 0) {
    observeEquity(account)
    return NOTHING
  }
  return [...expireOrders(context), ...watch(context, { strategy: '', instrument: mark.instrument })]
}
