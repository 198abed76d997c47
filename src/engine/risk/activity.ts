import { notional } from '../../domain/decimal.ts'
import type { Money, Quantity } from '../../domain/decimal.ts'
import type { InstrumentId } from '../../domain/instrument.ts'
import { isProtective } from '../../domain/order.ts'
import type { OrderRequest } from '../../domain/order.ts'
import type { Approval } from '../control.ts'
import { orderPriceOf } from '../controls/order-price.ts'
import { createRecentSet } from '../recent-set.ts'
import type { RecentKeys } from '../recent-set.ts'
import { createRollingSum } from '../rolling-sum.ts'
import type { TimedAmount } from '../rolling-sum.ts'
import { createInstrumentActivity } from './instrument-activity.ts'
import type { InstrumentActivity, InstrumentRecord } from './instrument-activity.ts'

const RECENT_MS = 600_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Slots are kept this long; a repeat older than that is caught by the age of its signal. */
const SLOT_MS = DAY_MS

/** What the account has done lately: the memory of the controls that count or sum over time. */
export type Activity = Readonly<{
  onApproved(order: OrderRequest, value: Money, nowMs: number): void
  onDecided(slot: string, nowMs: number): void
  /** The profit of a closing order once it has ended, fees taken off. */
  onClosed(order: OrderRequest, pnl: Money): void
  isDecided(slot: string): boolean
  /** Of the last ten minutes, oldest first. */
  approvals(nowMs: number): readonly Approval[]
  turnover(nowMs: number): Readonly<{ hour: Money; day: Money }>
  lossesInRow(strategy: string, instrument: InstrumentId): number
  instrument(id: InstrumentId): InstrumentActivity
  /** A person has looked at it: the counts that had led to a latch start anew. */
  forgiveStrategy(strategy: string): void
  forgiveInstrument(id: InstrumentId): void
  /** What createActivity goes on from. */
  save(): ActivityRecord
}>

export type ActivityRecord = Readonly<{
  approvals: readonly Approval[]
  hour: readonly TimedAmount[]
  day: readonly TimedAmount[]
  slots: RecentKeys
  losses: ReadonlyMap<string, number>
  instruments: ReadonlyMap<InstrumentId, InstrumentRecord>
}>

export function createActivity(saved: ActivityRecord | null = null): Activity {
  let approvals: readonly Approval[] = saved?.approvals ?? []
  const hour = createRollingSum(HOUR_MS, saved?.hour)
  const day = createRollingSum(DAY_MS, saved?.day)
  const slots = createRecentSet(SLOT_MS, saved?.slots)
  const losses = new Map(saved?.losses)
  const instruments = new Map<InstrumentId, InstrumentActivity>()
  for (const [id, record] of saved?.instruments ?? []) instruments.set(id, createInstrumentActivity(record))
  const recentApprovals = (nowMs: number): readonly Approval[] => {
    const first = approvals[0]
    if (first !== undefined && first.eventMs <= nowMs - RECENT_MS) {
      approvals = approvals.filter(({ eventMs }) => eventMs > nowMs - RECENT_MS)
    }
    return approvals
  }
  return {
    onApproved(order, value, nowMs) {
      const { strategy, instrument, side, quantity, purpose } = order
      const price = orderPriceOf(order)
      const approval = { eventMs: nowMs, strategy, instrument, side, quantity, price, value, purpose }
      approvals = [...recentApprovals(nowMs), approval]
      // Most protective orders never trade: as turnover they would count every position twice.
      if (isProtective(purpose)) return
      hour.add(nowMs, value)
      day.add(nowMs, value)
    },
    onDecided: slots.add,
    onClosed(order, pnl) {
      const key = `${order.strategy}/${order.instrument}`
      losses.set(key, pnl < 0n ? (losses.get(key) ?? 0) + 1 : 0)
    },
    isDecided: slots.has,
    approvals: recentApprovals,
    turnover: (nowMs) => ({ hour: hour.sumAt(nowMs) as Money, day: day.sumAt(nowMs) as Money }),
    lossesInRow: (strategy, instrument) => losses.get(`${strategy}/${instrument}`) ?? 0,
    instrument(id) {
      const activity = instruments.get(id) ?? createInstrumentActivity()
      instruments.set(id, activity)
      return activity
    },
    forgiveStrategy(strategy) {
      approvals = approvals.filter((each) => each.strategy !== strategy)
      for (const key of losses.keys()) if (key.startsWith(`${strategy}/`)) losses.delete(key)
    },
    forgiveInstrument: (id) => instruments.delete(id),
    save: () => ({
      approvals,
      hour: hour.save(),
      day: day.save(),
      slots: slots.save(),
      losses,
      instruments: new Map([...instruments].map(([id, activity]) => [id, activity.save()])),
    }),
  }
}

/** What an order's unfilled rest is worth at its own price. */
export const restValue = (order: OrderRequest, rest: Quantity): Money => notional(orderPriceOf(order), rest)
