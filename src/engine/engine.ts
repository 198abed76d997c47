import type { Command, TradingEvent } from '../domain/event.ts'
import type { Money, Ratio } from '../domain/decimal.ts'
import type { Instrument } from '../domain/instrument.ts'
import type { MarketEvent } from '../domain/market.ts'
import { orderTypes } from '../domain/order.ts'
import type { ParamValues } from '../domain/param.ts'
import type { Limits } from './control.ts'
import { createExecution } from './execution.ts'
import { appendEvent, createJournal } from './journal.ts'
import type { Journal, LogEntry } from './journal.ts'
import { createOperator } from './operator.ts'
import type { OrderRecord } from './order-ledger.ts'
import { createPaperVenue, takerFeeOf } from './paper-venue/paper-venue.ts'
import type { Portfolio } from './portfolio.ts'
import type { Digest } from './ports.ts'
import { createRisk } from './risk.ts'
import type { RiskConfig } from './risk.ts'
import { createSignal } from './signal.ts'
import type { StrategyDefinition } from './strategy.ts'

/** Everything that decides a run. Equal configuration and equal tape give equal journals. */
export type EngineConfig = Readonly<{
  instrument: Instrument
  account: string
  cash: Money
  /** Whether the account may hold less than nothing. */
  short: boolean
  /** Moves only what chance may move: latency, slippage, queue position. */
  seed: number
  strategy: StrategyDefinition
  params: ParamValues
  /** Settings of the regime classifier and of allocation by regime. */
  regime: ParamValues
  sizing: ParamValues
  limits: Limits
  /** Settings of the paper venue. */
  venue: ParamValues
  /**
   * Latches and halts are lifted this long after they fell, as if by a person; null leaves them to people.
   */
  operatorMs: number | null
  digest: Digest
}>

export type Engine = Readonly<{
  /** Consumes one market event; every log entry it brings about is handed to onEntry before it returns. */
  onMarket(event: MarketEvent): void
  /** Consumes a person's command at this place of the tape. */
  onCommand(command: Command): void
  portfolio: Portfolio
  journal: Journal
  /** Market events consumed so far. */
  marketSeq(): number
  openOrders(): readonly OrderRecord[]
}>

/** Who brought an event about; a step is not fed what it said itself. */
type Source = 'market' | 'person' | 'risk' | 'execution'
type Queued = Readonly<{ event: TradingEvent; causeSeq: number; source: Source }>

/**
 * The whole system over one tape: the steps of the signal, risk and execution services, joined by one queue
 * and written to one journal. Backtest and paper trading drive this same engine.
 */
export function createEngine(config: EngineConfig, onEntry: (entry: LogEntry) => void): Engine {
  const { instrument, account, cash, short, seed } = config
  const takerFee: Ratio = takerFeeOf(config.venue)
  const signal = createSignal(config)
  const risk = createRisk(riskConfigOf(config, takerFee))
  const execution = createExecution({
    venue: createPaperVenue({ instrument, account, cash, short, params: config.venue, seed }),
    approvalAgeMsMax: Number(config.limits['C21']?.['age'] ?? 2_000),
  })
  const operator = config.operatorMs === null ? null : createOperator(config.operatorMs)
  const journal = createJournal(config.digest)
  const queue: Queued[] = []
  let marketSeq = 0

  const enqueue = (events: readonly TradingEvent[], causeSeq: number, source: Source): void => {
    for (const event of events) queue.push({ event, causeSeq, source })
  }

  /** Each event goes on the journal, then to the steps; what they say comes behind what was said before. */
  const drain = (): void => {
    for (let next = 0; next < queue.length; next++) {
      const { event, causeSeq, source } = queue[next] as Queued
      const entry = appendEvent(journal, event, { causeSeq, marketSeq })
      if (source !== 'risk') enqueue(risk.step(event), entry.seq, 'risk')
      if (source !== 'execution') enqueue(execution.step(event), entry.seq, 'execution')
      operator?.onEvent(event, entry.seq)
      onEntry(entry)
    }
    queue.length = 0
  }

  return {
    onMarket(event) {
      marketSeq += 1
      if (operator !== null && operator.isDue(event.eventMs)) {
        for (const { command, causeSeq } of operator.take(event.eventMs))
          enqueue([command], causeSeq, 'person')
        drain()
      }
      const reports = execution.onMarket(event)
      if (reports.length > 0) {
        enqueue(reports, 0, 'execution')
        drain()
      }
      const outputs = signal.onMarket(event)
      if (outputs.length > 0) {
        enqueue(outputs, 0, 'market')
        drain()
      }
    },
    onCommand(command) {
      enqueue([command], 0, 'person')
      drain()
    },
    portfolio: risk.portfolio,
    journal,
    marketSeq: () => marketSeq,
    openOrders: () => risk.openOrders(),
  }
}

const riskConfigOf = (config: EngineConfig, takerFee: Ratio): RiskConfig => ({
  account: config.account,
  cash: config.cash,
  instruments: [config.instrument],
  permissions: [
    {
      strategy: config.strategy.name,
      instrument: config.instrument.id,
      account: config.account,
      types: orderTypes,
      short: config.short,
    },
  ],
  limits: config.limits,
  sizing: config.sizing,
  takerFee,
  digest: config.digest,
})
