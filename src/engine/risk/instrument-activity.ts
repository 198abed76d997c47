import { divideFloor, ONE, subtract } from '../../domain/decimal.ts'
import type { Price, Ratio } from '../../domain/decimal.ts'
import type { Fill } from '../../domain/execution-report.ts'
import type { OrderRequest } from '../../domain/order.ts'

const RECENT_MS = 600_000
const OUTCOMES = 20

/** What the venue has done with our orders in one instrument: rejections, outcomes and slippage. */
export type InstrumentActivity = Readonly<{
  onOutcome(nowMs: number, rejected: boolean): void
  onFill(order: OrderRequest, fill: Fill): void
  /** Of the last ten minutes, oldest first; outcomes are the last twenty, true where the venue rejected. */
  recent(nowMs: number): Readonly<{
    rejectsMs: readonly number[]
    outcomes: readonly boolean[]
    slippages: readonly Slippage[]
  }>
  /** What createInstrumentActivity goes on from. */
  save(): InstrumentRecord
}>

export type InstrumentRecord = Readonly<{
  rejectsMs: readonly number[]
  slippages: readonly Slippage[]
  outcomes: readonly boolean[]
}>

const NO_RECORD: InstrumentRecord = { rejectsMs: [], slippages: [], outcomes: [] }

type Slippage = Readonly<{ eventMs: number; share: Ratio }>

export function createInstrumentActivity(saved: InstrumentRecord = NO_RECORD): InstrumentActivity {
  let { rejectsMs, slippages } = saved
  const outcomes = [...saved.outcomes]
  return {
    onOutcome(nowMs, rejected) {
      outcomes.push(rejected)
      if (outcomes.length > OUTCOMES) outcomes.shift()
      if (rejected) rejectsMs = [...rejectsMs, nowMs]
    },
    onFill(order, fill) {
      // A limit order cannot slip: it fills at its price or better.
      if (order.type !== 'market' && order.type !== 'stop') return
      const share = slippageOf(order, fill)
      if (share > 0n) slippages = [...slippages, { eventMs: fill.eventMs, share }]
    },
    recent(nowMs) {
      const afterMs = nowMs - RECENT_MS
      rejectsMs = rejectsMs.filter((ms) => ms > afterMs)
      slippages = slippages.filter(({ eventMs }) => eventMs > afterMs)
      return { rejectsMs, outcomes, slippages }
    },
    save: () => ({ rejectsMs, slippages, outcomes }),
  }
}

/** Adverse distance of a fill from the price its order was decided (or triggered) at, as a share of it. */
function slippageOf(order: OrderRequest, fill: Fill): Ratio {
  const reference: Price = order.stopPrice ?? order.decisionPrice
  const worse = fill.side === 'buy' ? subtract(fill.price, reference) : subtract(reference, fill.price)
  return divideFloor(worse * ONE, reference) as Ratio
}
