import { money, price, quantity, ratio, ZERO_MONEY } from '../../../src/domain/decimal.ts'
import type { Price, Quantity } from '../../../src/domain/decimal.ts'
import type { Command, Mark } from '../../../src/domain/event.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import { orderTypes } from '../../../src/domain/order.ts'
import type { ClientOrderId, OrderRequest } from '../../../src/domain/order.ts'
import { parseParams } from '../../../src/domain/param.ts'
import type { ParamValues } from '../../../src/domain/param.ts'
import { flat } from '../../../src/domain/position.ts'
import type { Approval, Breach, Control, Permission, RiskFacts } from '../../../src/engine/control.ts'
import type { OrderRecord } from '../../../src/engine/order-ledger.ts'

export const NOW_MS = Date.UTC(2024, 7, 8, 12)
export const bitcoin = instrumentOf('BTCUSDT.BINANCE')

export const mark = (changes: Partial<Mark> = {}): Mark => ({
  kind: 'mark',
  instrument: bitcoin.id,
  eventMs: NOW_MS,
  price: price('50000'),
  bid: price('49999'),
  ask: price('50001'),
  volumeDay: quantity('1000'),
  depth: quantity('10'),
  stale: false,
  intervalMs: 0,
  ...changes,
})

export const permission = (changes: Partial<Permission> = {}): Permission => ({
  strategy: 'momentum',
  instrument: bitcoin.id,
  account: 'paper',
  types: orderTypes,
  short: false,
  ...changes,
})

/** An account with 10000 quote, flat and at peace: an order that every control lets through. */
export const facts = (changes: Partial<RiskFacts> = {}): RiskFacts => ({
  nowMs: NOW_MS,
  account: 'paper',
  strategy: 'momentum',
  instrument: bitcoin,
  mark: mark(),
  state: 'active',
  permissions: [permission()],
  equity: money('10000'),
  equityDayStart: money('10000'),
  equityPeak: money('10000'),
  position: flat,
  cashFree: money('10000'),
  quantityFree: quantity('0'),
  openBuys: quantity('0'),
  openSells: quantity('0'),
  grossWorst: ZERO_MONEY,
  orderValue: money('50'),
  increasesRisk: true,
  takerFee: ratio('0.001'),
  signalMs: NOW_MS,
  slotDecided: false,
  openOrders: [],
  approvals: [],
  turnoverHour: ZERO_MONEY,
  turnoverDay: ZERO_MONEY,
  lossesInRow: 0,
  rejectsMs: [],
  outcomes: [],
  slippages: [],
  clockOff: '',
  unexplained: '',
  inDoubt: [],
  ...changes,
})

/** A market buy of 0.001 BTC, worth 50 quote. */
export const order = (changes: Partial<OrderRequest> = {}): OrderRequest => ({
  slot: 'momentum/paper/BTCUSDT.BINANCE/1',
  clientOrderId: 'cdb1' as ClientOrderId,
  account: 'paper',
  strategy: 'momentum',
  instrument: bitcoin.id,
  side: 'buy',
  type: 'market',
  quantity: quantity('0.001'),
  price: null,
  stopPrice: null,
  timeInForce: 'ioc',
  postOnly: false,
  reduceOnly: false,
  group: null,
  purpose: 'entry',
  decisionPrice: price('50000'),
  decidedMs: NOW_MS,
  expiresMs: null,
  ...changes,
})

export const limitOrder = (at: string, changes: Partial<OrderRequest> = {}): OrderRequest =>
  order({ type: 'limit', price: price(at), timeInForce: 'gtc', expiresMs: NOW_MS + 60_000, ...changes })

/** A protective sell stop. */
export const stopOrder = (trigger: string, changes: Partial<OrderRequest> = {}): OrderRequest =>
  order({
    side: 'sell',
    type: 'stop',
    stopPrice: price(trigger),
    timeInForce: 'gtc',
    reduceOnly: true,
    group: 'g',
    purpose: 'stopLoss',
    ...changes,
  })

export const open = (request: OrderRequest, changes: Partial<OrderRecord> = {}): OrderRecord => ({
  request,
  state: 'accepted',
  filled: quantity('0'),
  ...changes,
})

export const approval = (changes: Partial<Approval> = {}): Approval => ({
  eventMs: NOW_MS - 5_000,
  strategy: 'momentum',
  instrument: bitcoin.id,
  side: 'buy',
  quantity: quantity('0.002'),
  price: price('50000'),
  value: money('100'),
  purpose: 'entry',
  ...changes,
})

export const command = (changes: Partial<Command> = {}): Command => ({
  kind: 'command',
  id: 'c1',
  eventMs: NOW_MS,
  action: 'override',
  scope: 'account:paper',
  actor: 'ann',
  approver: 'bob',
  reason: 'checked by hand',
  subject: 'slot-1',
  value: '',
  ...changes,
})

export const limitsOf = (control: Control, given: Readonly<Record<string, string>> = {}): ParamValues =>
  parseParams(control.id, control.params, given)

/** The control's answer with its default limits, or with those given. */
export const breachOf = (
  control: Control,
  request: OrderRequest,
  about: RiskFacts,
  given: Readonly<Record<string, string>> = {},
): Breach | null => control.check(request, about, limitsOf(control, given))

export const held = (amount: string): RiskFacts['position'] => ({ ...flat, quantity: quantity(amount) })

/** The smallest step above or below. */
export const above = <T extends Price | Quantity | bigint>(value: T): T => (value + 1n) as T
export const below = <T extends Price | Quantity | bigint>(value: T): T => (value - 1n) as T
