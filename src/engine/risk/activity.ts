import type { Money, Price, Ratio } from '../../domain/decimal.ts'
import { divideFloor, notional, ONE, subtract } from '../../domain/decimal.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Approval } from '../control.ts'
import { orderPriceOf } from '../controls/order-price.ts'
import { createRollingSum } from '../rolling-sum.ts'

const MINUTE_MS = 60_000
/** Approvals, rejections and slippages are looked back at over this long. */
const RECENT_MS = 10 * MINUTE_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
const OUTCOMES = 20
/** Slots are kept this long; a repeat older than that is caught by the age of its signal. */
const SLOT_MS = DAY_MS

type Slippage = Readonly<{ eventMs: number; share: Ratio }>

/** What has happened at one instrument lately. */
export type InstrumentActivity = { rejectsMs: number[]; outcomes: boolean[]; slippages: Slippage[] }

/** What the account has done lately: the memory of the controls that count or sum over time. */
export type Activity = Readonly<{
  onApproved(order: OrderRequest, value: Money, nowMs: number): void
  onDecided(slot: string, nowMs: number): void
  onOutcome(instrument: InstrumentId, nowMs: number, rejected: boolean): void
  /** Measures how much worse than its reference an order was filled. */
  onFill(order: OrderRequest, fill: Fill): void
  /** The profit of a closing order once it has ended, fees taken off. */
  onClosed(order: OrderRequest, pnl: Money): void
  isDecided(slot: string): boolean
  approvals(nowMs: number): readonly Approval[]
  turnover(nowMs: number): Readonly<{ hour: Money; day: Money }>
  lossesInRow(strategy: string, instrument: InstrumentId): number
  instrument(id: InstrumentId, nowMs: number): Readonly<InstrumentActivity>
  /** A person has looked at it: the counts that had led to a latch start anew. */
  forgive(strategy: string | null, instrument: InstrumentId | null): void
}>

export function createActivity(): Activity {
  let approvals: Approval[] = []
  const hour = createRollingSum(HOUR_MS)
  const day = createRollingSum(DAY_MS)
  const slots = createRecentSet(SLOT_MS)
  const losses = new Map<string, number>()
  const instruments = new Map<InstrumentId, InstrumentActivity>()

  const activityOf = (id: InstrumentId): InstrumentActivity => {
    const known = instruments.get(id)
    if (known !== undefined) return known
    const created: InstrumentActivity = { rejectsMs: [], outcomes: [], slippages: [] }
    instruments.set(id, created)
    return created
  }

  return {
    onApproved(order, value, nowMs) {
      const { strategy, instrument, side, quantity } = order
      const price = orderPriceOf(order)
      const { purpose } = order
      approvals.push({ eventMs: nowMs, strategy, instrument, side, quantity, price, value, purpose })
      if (order.purpose === 'stopLoss' || order.purpose === 'takeProfit') return
      hour.add(nowMs, value)
      day.add(nowMs, value)
    },
    onDecided: slots.add,
    onOutcome(instrument, nowMs, rejected) {
      const activity = activityOf(instrument)
      activity.outcomes.push(rejected)
      if (activity.outcomes.length > OUTCOMES) activity.outcomes.shift()
      if (rejected) activity.rejectsMs.push(nowMs)
    },
    onFill(order, fill) {
      if (order.type !== 'market' && order.type !== 'stop') return
      const share = slippageOf(order, fill)
      if (share > 0n) activityOf(order.instrument).slippages.push({ eventMs: fill.eventMs, share })
    },
    onClosed(order, pnl) {
      const key = `${order.strategy}/${order.instrument}`
      losses.set(key, pnl < 0n ? (losses.get(key) ?? 0) + 1 : 0)
    },
    isDecided: slots.has,
    approvals(nowMs) {
      approvals = since(approvals, nowMs - RECENT_MS, eventMsOf)
      return approvals
    },
    turnover: (nowMs) => ({ hour: hour.sumAt(nowMs) as Money, day: day.sumAt(nowMs) as Money }),
    lossesInRow: (strategy, instrument) => losses.get(`${strategy}/${instrument}`) ?? 0,
    instrument(id, nowMs) {
      const activity = activityOf(id)
      activity.rejectsMs = since(activity.rejectsMs, nowMs - RECENT_MS, (ms) => ms)
      activity.slippages = since(activity.slippages, nowMs - RECENT_MS, eventMsOf)
      return activity
    },
    forgive(strategy, instrument) {
      approvals = approvals.filter(
        (each) =>
          (strategy ?? each.strategy) !== each.strategy ||
          (instrument ?? each.instrument) !== each.instrument,
      )
      for (const key of losses.keys()) {
        if (strategy === null || key.startsWith(`${strategy}/`)) losses.delete(key)
      }
      if (instrument === null) instruments.clear()
      else instruments.delete(instrument)
    },
  }
}

/** Adverse distance of a fill from the price its order was decided (or triggered) at, as a share of it. */
function slippageOf(order: OrderRequest, fill: Fill): Ratio {
  const reference: Price = order.stopPrice ?? order.decisionPrice
  const worse = fill.side === 'buy' ? subtract(fill.price, reference) : subtract(reference, fill.price)
  return divideFloor(worse * ONE, reference) as Ratio
}

const eventMsOf = (item: Readonly<{ eventMs: number }>): number => item.eventMs

/** The items younger than a time; the same array when none is older, so that a quiet look costs nothing. */
function since<T>(items: T[], afterMs: number, msOf: (item: T) => number): T[] {
  const first = items[0]
  if (first === undefined || msOf(first) > afterMs) return items
  return items.filter((item) => msOf(item) > afterMs)
}

type RecentSet = Readonly<{ add(key: string, nowMs: number): void; has(key: string): boolean }>

/** A set that forgets in two generations: a key is remembered for at least `keepMs` and at most twice as long. */
function createRecentSet(keepMs: number): RecentSet {
  let young = new Set<string>()
  let old = new Set<string>()
  let turnedMs = -Infinity
  return {
    add(key, nowMs) {
      if (nowMs - turnedMs >= keepMs) {
        old = young
        young = new Set()
        turnedMs = nowMs
      }
      young.add(key)
    },
    has: (key) => young.has(key) || old.has(key),
  }
}

/** What an order's unfilled rest is worth at its own price. */
export const restValue = (order: OrderRequest, rest: OrderRequest['quantity']): Money =>
  notional(orderPriceOf(order), rest)
