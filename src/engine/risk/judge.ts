import type { Alert, Denied } from '../../domain/event.ts'
import { assert } from '../../domain/errors.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Breach, Control, RiskFacts, WatchFacts } from '../control.ts'
import { controls } from '../controls.ts'
import { positionOf } from '../portfolio.ts'
import { worstValue } from '../sizing.ts'
import { stateOf } from '../trading-state.ts'
import {
  cashFreeOf,
  grossWorstOf,
  increasesRisk,
  observeEquity,
  openOrdersOf,
  openQuantityOf,
  quantityFreeOf,
} from './account.ts'
import { limitsOf, ratesOf } from './context.ts'
import type { Latch, RiskContext } from './context.ts'

/** The controls' answer to one order: null when all pass, else the first that does not. */
export type Verdict = Readonly<{ control: Control; breach: Breach }> | null

/**
 * Runs every control over an order, in their fixed order. `overridden`: two people vouch for this one order.
 */
export function judgeOrder(
  context: RiskContext,
  order: OrderRequest,
  { signalMs, overridden }: Readonly<{ signalMs: number; overridden: boolean }>,
): Verdict {
  const facts = factsOf(context, order, signalMs)
  for (const control of controls) {
    if (control.applies === 'riskIncreasing' && !facts.increasesRisk) continue
    // FLATTEN is a person's separate command, of no strategy, and goes out while everything else is halted.
    if (order.purpose === 'flatten' && (control.id === 'C02' || control.id === 'C03')) continue
    if (overridden && control.overridable) continue
    const breach =
      latchBreach(context, control, order) ?? control.check(order, facts, limitsOf(context, control))
    if (breach !== null) return { control, breach }
  }
  return null
}

/** Whose facts they are: an order, or what a mark or report was about. */
export type Subject = Readonly<{ strategy: string; instrument: InstrumentId }>

function watchFactsOf(context: RiskContext, { strategy, instrument: id }: Subject): WatchFacts {
  const { account, activity, config } = context
  const instrument = context.instruments.get(id)
  assert(instrument !== undefined, 'risk is fed only instruments of its own')
  const { nowMs } = account
  const equity = observeEquity(account)
  const turnover = activity.turnover(nowMs)
  const recent = activity.instrument(id).recent(nowMs)
  return {
    nowMs,
    account: account.id,
    strategy,
    instrument,
    mark: account.marks.get(id) ?? null,
    state: stateOf(context.states, { account: account.id, strategy, instrument: id }),
    permissions: config.permissions,
    equity,
    equityDayStart: account.equityDayStart,
    equityPeak: account.equityPeak,
    position: positionOf(account.portfolio, id),
    cashFree: cashFreeOf(account, ratesOf(context)),
    openBuys: openQuantityOf(account, id, 'buy'),
    openSells: openQuantityOf(account, id, 'sell'),
    grossWorst: grossWorstOf(account),
    takerFee: config.takerFee,
    openOrders: openOrdersOf(account),
    approvals: activity.approvals(nowMs),
    turnoverHour: turnover.hour,
    turnoverDay: turnover.day,
    lossesInRow: activity.lossesInRow(strategy, id),
    rejectsMs: recent.rejectsMs,
    outcomes: recent.outcomes,
    slippages: recent.slippages,
    clockOff: context.doubts.clockOff,
    unexplained: context.doubts.unexplained,
    inDoubt: [...context.doubts.inDoubt],
  }
}

/** Everything the controls may look at, as it stands before the order. */
const factsOf = (context: RiskContext, order: OrderRequest, signalMs: number): RiskFacts => ({
  ...watchFactsOf(context, order),
  quantityFree: quantityFreeOf(context.account, order),
  orderValue: worstValue(order, order.quantity, ratesOf(context)),
  increasesRisk: increasesRisk(context.account, order),
  signalMs,
  slotDecided: context.activity.isDecided(order.slot),
})

const latchKey = (control: string, scope: string): string => `${control}/${scope}`

function latchScope(control: Control, subject: Subject, account: string): string | null {
  switch (control.latch) {
    case null:
      return null
    case 'strategy':
      return `strategy:${subject.strategy}`
    case 'instrument':
      return `instrument:${subject.instrument}`
    case 'account':
      return `account:${account}`
    default:
      return control.latch satisfies never
  }
}

function latchBreach(context: RiskContext, control: Control, order: OrderRequest): Breach | null {
  const scope = latchScope(control, order, context.account.id)
  const latch = scope === null ? undefined : context.latches.get(latchKey(control.id, scope))
  if (latch === undefined) return null
  return {
    reason: `latched until a person lifts it: ${latch.reason}`,
    value: latch.value,
    limit: latch.limit,
  }
}

/** Keeps a breach of a latching control; the alert when it is new, else null. */
export function fallLatch(
  context: RiskContext,
  { control, breach }: NonNullable<Verdict>,
  subject: Subject,
): Alert | null {
  const scope = latchScope(control, subject, context.account.id)
  if (scope === null || context.latches.has(latchKey(control.id, scope))) return null
  const { reason, value, limit } = breach
  const latch: Latch = { control: control.id, scope, reason, value, limit }
  context.latches.set(latchKey(control.id, scope), latch)
  return {
    kind: 'alert',
    eventMs: context.account.nowMs,
    level: 'critical',
    code: control.code,
    scope,
    message: `${breachText({ control, breach })}; latched until a person lifts it`,
  }
}

/** Judges what has happened (not an order) by the controls that watch. */
export function watchControls(context: RiskContext, subject: Subject): readonly NonNullable<Verdict>[] {
  const facts = watchFactsOf(context, subject)
  const verdicts: NonNullable<Verdict>[] = []
  for (const control of controls) {
    const breach = control.watch?.(facts, limitsOf(context, control)) ?? null
    if (breach !== null) verdicts.push({ control, breach })
  }
  return verdicts
}

export const breachText = ({ control, breach }: NonNullable<Verdict>): string =>
  `${control.id} ${breach.reason}: ${breach.value}, limit ${breach.limit}`

export const deniedOf = (
  order: OrderRequest,
  { control, breach }: NonNullable<Verdict>,
  eventMs: number,
): Denied => ({
  kind: 'denied',
  slot: order.slot,
  strategy: order.strategy,
  instrument: order.instrument,
  side: order.side,
  eventMs,
  control: control.id,
  code: control.code,
  reason: breach.reason,
  value: breach.value,
  limit: breach.limit,
})
