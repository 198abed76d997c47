import type { Money, Ratio } from '../../domain/decimal.ts'
import type { Instrument, InstrumentId } from '../../domain/instrument.ts'
import { parseParams } from '../../domain/param.ts'
import type { ParamValues } from '../../domain/param.ts'
import type { Signal } from '../../domain/signal.ts'
import type { Control, Limits, Permission } from '../control.ts'
import { performanceParams } from '../performance.ts'
import type { Digest } from '../ports.ts'
import { createPortfolio, positionOf } from '../portfolio.ts'
import { exitQuantity } from '../sizing.ts'
import type { ScopeStates } from '../trading-state.ts'
import { createAccount } from './account.ts'
import type { Account, ReservationRates } from './account.ts'
import { createActivity } from './activity.ts'
import type { Activity, ActivityRecord } from './activity.ts'
import { createVenueDoubts } from './venue-doubts.ts'
import type { VenueDoubts } from './venue-doubts.ts'
import { createStrategyCloses } from './strategy-closes.ts'
import type { ClosesByStrategy, StrategyCloses } from './strategy-closes.ts'

export type RiskConfig = Readonly<{
  account: string
  cash: Money
  instruments: readonly Instrument[]
  permissions: readonly Permission[]
  limits: Limits
  sizing: ParamValues
  takerFee: Ratio
  digest: Digest
}>

/** A latch that has fallen: the control denies in this scope until a person lifts it. */
export type Latch = Readonly<{ control: string; scope: string; reason: string; value: string; limit: string }>

/** A signal that was denied, kept for as long as two people may override the denial. */
export type Refused = Readonly<{ signal: Signal; eventMs: number }>

/** What an entry has filled and nothing protects yet; feeBase is what of it went as a fee. */
export type Unprotected = Readonly<{ signal: Signal; quantity: bigint; value: bigint; feeBase: bigint }>

/** All that risk knows. Every part of it follows from the events it has been fed. */
export type RiskContext = {
  readonly config: RiskConfig
  readonly instruments: ReadonlyMap<InstrumentId, Instrument>
  readonly account: Account
  readonly activity: Activity
  readonly states: ScopeStates
  /** By control and scope. */
  readonly latches: Map<string, Latch>
  readonly limits: Map<string, ParamValues>
  /** By slot. */
  readonly refused: Map<string, Refused>
  /** Entries whose fills are not protected yet, by client order id. */
  readonly unprotected: Map<string, Unprotected>
  /** Why orders are to be canceled that the venue has not accepted yet, by client order id. */
  readonly cancelsWanted: Map<string, string>
  /** Signals of open entries, for the distances of their protective orders. */
  readonly entrySignals: Map<string, Signal>
  /** Profit so far of orders that close, by client order id. */
  readonly closingPnl: Map<string, bigint>
  /** What each strategy made by its newest closes. */
  readonly closes: StrategyCloses
  readonly doubts: VenueDoubts
}

/** All that risk knows as plain data: what createRiskContext goes on from. */
export type RiskRecord = Omit<RiskContext, 'config' | 'instruments' | 'activity' | 'closes'> &
  Readonly<{ activity: ActivityRecord | null; closes: ClosesByStrategy }>

const newRecord = (config: RiskConfig): RiskRecord => ({
  account: createAccount(config.account, createPortfolio(config.cash)),
  activity: null,
  states: new Map(),
  latches: new Map(),
  limits: new Map(Object.entries(config.limits)),
  refused: new Map(),
  unprotected: new Map(),
  cancelsWanted: new Map(),
  entrySignals: new Map(),
  closingPnl: new Map(),
  closes: new Map(),
  doubts: createVenueDoubts(),
})

export function createRiskContext(config: RiskConfig, saved: RiskRecord = newRecord(config)): RiskContext {
  const performance = parseParams('performance', performanceParams, {})
  return {
    ...saved,
    config,
    instruments: new Map(config.instruments.map((instrument) => [instrument.id, instrument])),
    activity: createActivity(saved.activity),
    closes: createStrategyCloses(performance, saved.closes),
  }
}

export const riskRecordOf = (context: RiskContext): RiskRecord => ({
  account: context.account,
  activity: context.activity.save(),
  states: context.states,
  latches: context.latches,
  limits: context.limits,
  refused: context.refused,
  unprotected: context.unprotected,
  cancelsWanted: context.cancelsWanted,
  entrySignals: context.entrySignals,
  closingPnl: context.closingPnl,
  closes: context.closes.save(),
  doubts: context.doubts,
})

/** The limits of one control as they stand now. */
export function limitsOf(context: RiskContext, control: Pick<Control, 'id'>): ParamValues {
  return context.limits.get(control.id) ?? {}
}

export const ratesOf = (context: RiskContext): ReservationRates => ({
  collar: (context.limits.get('C05')?.['share'] ?? 0n) as Ratio,
  takerFee: context.config.takerFee,
})

/** Whether nothing that could be sold or bought back is held: a fee in base leaves less than a lot behind. */
export function isClosed(context: RiskContext, id: InstrumentId): boolean {
  const instrument = context.instruments.get(id)
  const held = positionOf(context.account.portfolio, id).quantity
  return instrument === undefined ? held === 0n : exitQuantity(instrument, held) === 0n
}
