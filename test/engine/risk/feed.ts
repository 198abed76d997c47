import { money, price, quantity, ratio } from '../../../src/domain/decimal.ts'
import type { Command, Mark, TradingEvent } from '../../../src/domain/event.ts'
import type { Fill } from '../../../src/domain/execution-report.ts'
import { orderTypes } from '../../../src/domain/order.ts'
import type { OrderRequest } from '../../../src/domain/order.ts'
import { parseParams } from '../../../src/domain/param.ts'
import type { Signal } from '../../../src/domain/signal.ts'
import { parseLimits } from '../../../src/engine/controls.ts'
import { createRisk } from '../../../src/engine/risk.ts'
import type { RiskConfig, RiskStep } from '../../../src/engine/risk.ts'
import { sizingParams } from '../../../src/engine/sizing.ts'
import { bitcoin, digest, START_MS } from '../scenario.ts'

/** Risk for one account with 10,000 quote and the default limits. */
export function createTestRisk(
  limits: Readonly<Record<string, string>> = {},
  sizing: Readonly<Record<string, string>> = {},
  extra: Partial<RiskConfig> = {},
): RiskStep {
  return createRisk({
    account: 'paper',
    cash: money('10000'),
    instruments: [bitcoin],
    permissions: [
      { strategy: 'test', instrument: bitcoin.id, account: 'paper', types: orderTypes, short: false },
    ],
    limits: parseLimits(limits),
    sizing: parseParams('sizing', sizingParams, sizing),
    takerFee: ratio('0.001'),
    digest,
    ...extra,
  })
}

export const markAt = (eventMs: number, at: string): Mark => ({
  kind: 'mark',
  instrument: bitcoin.id,
  eventMs: START_MS + eventMs,
  price: price(at),
  bid: null,
  ask: null,
  volumeDay: quantity('100000'),
  depth: null,
  stale: false,
  intervalMs: 0,
})

export const signalAt = (eventMs: number, at: string, action: Signal['action'] = 'enter'): Signal => ({
  kind: 'signal',
  slot: `test/paper/${bitcoin.id}/${eventMs}`,
  strategy: 'test',
  instrument: bitcoin.id,
  action,
  side: action === 'enter' ? 'buy' : 'sell',
  price: price(at),
  eventMs: START_MS + eventMs,
  reason: 'told to',
  regime: 'trend',
  allocation: ratio('1'),
  stopLoss: null,
  takeProfit: null,
})

export const commandAt = (eventMs: number, given: Partial<Command>): Command => ({
  kind: 'command',
  id: `command-${eventMs}`,
  eventMs: START_MS + eventMs,
  action: 'halt',
  scope: 'global',
  actor: 'ada',
  approver: '',
  reason: 'drill',
  subject: '',
  value: '',
  ...given,
})

let tradeCount = 0

/** A fill of (the rest of) an order. */
export function fillOf(order: OrderRequest, eventMs: number, given: Partial<Fill> = {}): Fill {
  tradeCount += 1
  return {
    kind: 'filled',
    clientOrderId: order.clientOrderId,
    account: order.account,
    instrument: order.instrument,
    eventMs: START_MS + eventMs,
    tradeId: `trade-${tradeCount}`,
    side: order.side,
    price: order.price ?? order.decisionPrice,
    quantity: order.quantity,
    leaves: quantity('0'),
    fee: money('0'),
    feeAsset: bitcoin.quote,
    liquidity: 'taker',
    ...given,
  }
}

const reportOf = (order: OrderRequest, eventMs: number) => ({
  clientOrderId: order.clientOrderId,
  account: order.account,
  instrument: order.instrument,
  eventMs: START_MS + eventMs,
})

export const submittingOf = (order: OrderRequest, eventMs: number): TradingEvent => ({
  kind: 'submitting',
  ...reportOf(order, eventMs),
})

export const acceptedOf = (order: OrderRequest, eventMs: number): TradingEvent => ({
  kind: 'accepted',
  ...reportOf(order, eventMs),
  venueOrderId: order.clientOrderId,
})

export const rejectedOf = (order: OrderRequest, eventMs: number): TradingEvent => ({
  kind: 'rejected',
  ...reportOf(order, eventMs),
  reason: 'test',
})

export const endedOf = (
  kind: 'canceled' | 'expired' | 'unknown' | 'notPlaced' | 'abandoned',
  order: OrderRequest,
  eventMs: number,
): TradingEvent => ({ kind, ...reportOf(order, eventMs), reason: 'test' })

/** Orders approved among events. */
export const approvedIn = (events: readonly TradingEvent[]): readonly OrderRequest[] =>
  events.flatMap((event) => (event.kind === 'approved' ? [event.order] : []))

/** Control ids of the denials among events. */
export const denialsIn = (events: readonly TradingEvent[]): readonly string[] =>
  events.flatMap((event) => (event.kind === 'denied' ? [event.control] : []))

/**
 * Feeds an entry through approval, submission and a full fill; gives the order and what risk said to the
 * fill.
 */
export function enter(
  risk: RiskStep,
  eventMs: number,
  at: string,
): Readonly<{ order: OrderRequest; outputs: readonly TradingEvent[] }> {
  risk.step(markAt(eventMs, at))
  const [order] = approvedIn(risk.step(signalAt(eventMs, at)))
  if (order === undefined) throw new Error(`the entry at ${eventMs} was not approved`)
  risk.step(submittingOf(order, eventMs))
  risk.step(acceptedOf(order, eventMs))
  return { order, outputs: risk.step(fillOf(order, eventMs)) }
}
