import type { Money, Price, Quantity, Ratio } from '../domain/decimal.ts'
import type { Mark } from '../domain/event.ts'
import type { Instrument, InstrumentId } from '../domain/instrument.ts'
import type { Side } from '../domain/market.ts'
import type { OrderPurpose, OrderRequest, OrderType } from '../domain/order.ts'
import type { ParamSpec, ParamValues } from '../domain/param.ts'
import type { Position } from '../domain/position.ts'
import type { OrderRecord } from './order-ledger.ts'

/**
 * ACTIVE, REDUCE_ONLY and HALTED of reliability: what a scope may do. The strictest of an order's scopes
 * wins.
 */
export const tradingStates = ['active', 'reduceOnly', 'halted'] as const
export type TradingState = (typeof tradingStates)[number]

/** One line of the allow-list; `*` stands for any. An empty list permits nothing. */
export type Permission = Readonly<{
  strategy: string
  instrument: InstrumentId | '*'
  account: string
  types: readonly OrderType[]
  /** Whether the account may hold less than nothing (margin). */
  short: boolean
}>

/** An approval that still counts in a rate, turnover or repeat limit. */
export type Approval = Readonly<{
  eventMs: number
  strategy: string
  instrument: InstrumentId
  side: Side
  quantity: Quantity
  /** By orderPriceOf: the limit price, else the trigger, else the decision price of a market order. */
  price: Price
  value: Money
  /** Protective orders are left out of the price path and of repeats. */
  purpose: OrderPurpose
}>

/**
 * Everything a control may look at, gathered by risk before the controls run. Values are those before the
 * order in question; of an account's numbers only its own instrument's are given where a control needs no
 * more.
 */
export type RiskFacts = Readonly<{
  /** Event time of the decision. */
  nowMs: number
  account: string
  strategy: string
  instrument: Instrument
  /** null until the first price: no reference, no order. */
  mark: Mark | null
  state: TradingState
  permissions: readonly Permission[]
  equity: Money
  /** Equity at the first mark of the UTC day, and the highest ever. */
  equityDayStart: Money
  equityPeak: Money
  position: Position
  /** Cash not reserved by open buys. */
  cashFree: Money
  /** Base held and not yet offered by open sells outside of `group`. */
  quantityFree: Quantity
  /** Unfilled quantity of open orders, by side, protective orders left out. */
  openBuys: Quantity
  openSells: Quantity
  /** Sum over the account of |position| plus open risk-increasing orders, at their prices. */
  grossWorst: Money
  /** Of the order: valued at its limit, or at the collar edge when it is a market order, with fee. */
  orderValue: Money
  /** Whether the order can bring the position farther from zero. */
  increasesRisk: boolean
  takerFee: Ratio
  /** When the signal was made: the order's age is nowMs - signalMs. */
  signalMs: number
  /** Whether this decision slot has been decided before. */
  slotDecided: boolean
  /** All open orders of the account. */
  openOrders: readonly OrderRecord[]
  /** Approvals of the account in the last ten minutes, oldest first. */
  approvals: readonly Approval[]
  turnoverHour: Money
  turnoverDay: Money
  /** Of this strategy and instrument: losing closes since the last winning one. */
  lossesInRow: number
  /** Of this instrument: times of venue rejections in the last ten minutes, oldest first. */
  rejectsMs: readonly number[]
  /** Of this instrument: the last twenty outcomes, true where the venue rejected. */
  outcomes: readonly boolean[]
  /**
   * Of this instrument: adverse slippage of the fills in the last ten minutes, as a share of the decision
   * price.
   */
  slippages: readonly Readonly<{ eventMs: number; share: Ratio }>[]
  /** How far the clock is off the venue's, as reported; empty while it is right. */
  clockOff: string
  /** The newest difference with the venue that the books do not explain; empty when there is none. */
  unexplained: string
  /** Client order ids of orders whose fate the venue has not told for too long. */
  inDoubt: readonly string[]
}>

/** The facts that do not depend on an order: what watching controls look at. */
export type WatchFacts = Omit<
  RiskFacts,
  'quantityFree' | 'orderValue' | 'increasesRisk' | 'slotDecided' | 'signalMs'
>

/** What a control found, with the two numbers it compared (written out, with unit where it is not plain). */
export type Breach = Readonly<{ reason: string; value: string; limit: string; halt?: boolean }>

/**
 * A setting of a control and the direction in which it lets more through: loosening takes two people (C30).
 */
export type LimitSpec = ParamSpec & Readonly<{ looser: 'higher' | 'lower' }>

/** One risk control of reliability: a pure function with a stable id and code. */
export type Control = Readonly<{
  /** C02 to C30, as in the documents; limits are set as `C05.share`. */
  id: string
  /** SCREAMING_SNAKE, written on denials; never renamed. */
  code: string
  title: string
  /** One or two sentences: what is denied, and why. */
  meaning: string
  params: readonly LimitSpec[]
  /** Orders that only reduce a position pass controls of `riskIncreasing`. */
  applies: 'all' | 'riskIncreasing'
  /** Whether two people may override it for one order (C29). */
  overridable: boolean
  /** A breach keeps denying in this scope until a person lifts it; null: each order is judged anew. */
  latch: 'strategy' | 'instrument' | 'account' | null
  check(order: OrderRequest, facts: RiskFacts, params: ParamValues): Breach | null
  /** Judged after every mark and report, so that a latch falls when it happens and not at the next order. */
  watch?(facts: WatchFacts, params: ParamValues): Breach | null
}>

/** The limits of every control, by id: `limits.C05.share`. */
export type Limits = Readonly<Record<string, ParamValues>>
