import { hash } from 'node:crypto'
import { money } from '../../src/domain/decimal.ts'
import { instrumentOf } from '../../src/domain/instruments.ts'
import type { Instrument } from '../../src/domain/instrument.ts'
import type { MarketEvent, Trade } from '../../src/domain/market.ts'
import { parseParams } from '../../src/domain/param.ts'
import { parseLimits } from '../../src/engine/controls.ts'
import { createEngine } from '../../src/engine/engine.ts'
import type { Engine, EngineConfig } from '../../src/engine/engine.ts'
import type { LogEntry } from '../../src/engine/journal.ts'
import { paperVenueParams } from '../../src/engine/paper-venue/paper-venue.ts'
import { regimeParams } from '../../src/engine/regime.ts'
import { sizingParams } from '../../src/engine/sizing.ts'
import type { StrategyDefinition, Wish } from '../../src/engine/strategy.ts'

type Pairs = Readonly<Record<string, string>>

/** A strategy that wishes what it is told to, by trade id. */
export const scripted = (wishes: Readonly<Record<number, Wish>>): StrategyDefinition => ({
  name: 'scripted',
  description: 'wishes by trade id',
  params: [],
  candleMs: () => null,
  create: () => ({ onTrade: (trade) => wishes[trade.tradeId ?? -1] ?? null }),
})

export const enterLong: Wish = { action: 'enter', side: 'buy', reason: 'told to' }
export const exitLong: Wish = { action: 'exit', side: 'sell', reason: 'told to' }
export const enterShort: Wish = { action: 'enter', side: 'sell', reason: 'told to' }
export const exitShort: Wish = { action: 'exit', side: 'buy', reason: 'told to' }

export const START_MS = Date.UTC(2024, 0, 1)
export const bitcoin: Instrument = instrumentOf('BTCUSDT.BINANCE')

/** A trade large enough that no control of liquidity stands in the way. */
export const tradeAt = (tradeId: number, eventMs: number, at: number, quantity = 50): Trade => ({
  kind: 'trade',
  eventMs: START_MS + eventMs,
  tradeId,
  price: at,
  quantity,
  aggressor: 'buy',
})

export const digest = (text: string): string => hash('sha256', text, 'hex')

export type ScenarioOptions = Readonly<{
  strategy: StrategyDefinition
  params?: Pairs
  limits?: Pairs
  sizing?: Pairs
  venue?: Pairs
  regime?: Pairs
  cash?: string
  seed?: number
  short?: boolean
  operatorMs?: number
}>

export const configOf = (options: ScenarioOptions): EngineConfig => ({
  instrument: bitcoin,
  account: 'paper',
  cash: money(options.cash ?? '10000'),
  short: options.short ?? false,
  seed: options.seed ?? 1,
  strategy: options.strategy,
  params: parseParams('strategy', options.strategy.params, options.params ?? {}),
  regime: parseParams('regime', regimeParams, { allocationUnknown: '1', ...options.regime }),
  sizing: parseParams('sizing', sizingParams, options.sizing ?? {}),
  limits: parseLimits(options.limits ?? {}),
  venue: parseParams('paper venue', paperVenueParams, options.venue ?? {}),
  operatorMs: options.operatorMs ?? null,
  digest,
})

export type Scenario = Readonly<{ engine: Engine; entries: LogEntry[] }>

/** An engine whose log entries are kept. */
export function createScenario(options: ScenarioOptions): Scenario {
  const entries: LogEntry[] = []
  return { engine: createEngine(configOf(options), (entry) => entries.push(entry)), entries }
}

/** Runs a tape to its end. */
export function runScenario(options: ScenarioOptions, tape: Iterable<MarketEvent>): Scenario {
  const scenario = createScenario(options)
  for (const event of tape) scenario.engine.onMarket(event)
  return scenario
}

/** The kinds of the journal's events, in order, without the marks between. */
export const kindsOf = (entries: readonly LogEntry[]): readonly string[] =>
  entries.map(({ event }) => event.kind).filter((kind) => kind !== 'mark')
