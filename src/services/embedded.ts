import { setImmediate } from 'node:timers/promises'
import type { Command } from '../domain/event.ts'
import type { MarketEvent } from '../domain/market.ts'
import { createEngine } from '../engine/engine.ts'
import type { Engine, EngineConfig } from '../engine/engine.ts'
import type { LogEntry } from '../engine/journal.ts'
import type { EventLog, MarketSource } from '../engine/ports.ts'
import { rederive } from '../engine/rederive.ts'

/** A command before it has its place in the log. */
export type OperatorCommand = Omit<Command, 'kind' | 'id' | 'eventMs'>

export type EmbeddedOptions = Readonly<{
  config: EngineConfig
  /** The market data from its beginning; what the log has consumed of it is stepped over again. */
  source: MarketSource
  log: EventLog
  /** Aborted: the batch in hand is finished and committed, then the run returns. */
  signal: AbortSignal
  /** Makes the rest of the source arrive at its pace. */
  pace?: (source: MarketSource) => MarketSource
  /** What persons have ordered since it was last asked. */
  takeCommands?: () => readonly OperatorCommand[]
  /** Every market event and log entry from the beginning, those of earlier sessions too. */
  onMarket?: (event: MarketEvent) => void
  onEntry?: (entry: LogEntry) => void
  onProgress?: (done: Readonly<{ marketSeq: number; marketSeqEnd: number }>) => void
  /** What was done before has been derived again and found equal. */
  onReady?: (engine: Engine) => void
  /** After each batch, with the entries that it committed. */
  onBatch?: (entries: readonly LogEntry[], engine: Engine) => void
}>

/** `complete` when the market data has come to its end. */
export type EmbeddedResult = Readonly<{ engine: Engine; complete: boolean }>

const BATCH_MAX = 4_096
/** Without entries the cursor is moved this seldom: what it lags behind is only stepped over again. */
const QUIET_EVENTS_MAX = 50_000

/**
 * The whole system in one process. Start is restart: the log's past is derived again and compared, then the
 * run goes on. A failed commit ends the run, because memory is then ahead of the log. Throws CDB_LOG_DIVERGED
 * and what the log and the source throw.
 */
export async function runEmbedded(options: EmbeddedOptions): Promise<EmbeddedResult> {
  const { config, log, source, signal } = options
  const entries: LogEntry[] = []
  let nowMs = 0
  const engine = createEngine(config, (entry) => {
    entries.push(entry)
    options.onEntry?.(entry)
  })
  const onMarket = (event: MarketEvent): void => {
    nowMs = Math.max(nowMs, event.eventMs)
    options.onMarket?.(event)
  }
  const onBatch = async (done: Readonly<{ marketSeq: number; marketSeqEnd: number }>): Promise<void> => {
    options.onProgress?.(done)
    await setImmediate()
  }
  const caughtUp = await rederive({ engine, derived: entries, source, log, signal, onMarket, onBatch })
  if (!caughtUp) return { engine, complete: false }
  options.onReady?.(engine)

  const live = options.pace?.(source) ?? source
  let committedSeq = engine.marketSeq()
  const commit = async (): Promise<void> => {
    const committed = entries.splice(0)
    await log.commit(committed, { marketSeq: engine.marketSeq(), logSeq: engine.journal.seq })
    committedSeq = engine.marketSeq()
    options.onBatch?.(committed, engine)
  }
  while (!signal.aborted) {
    for (const command of options.takeCommands?.() ?? []) {
      engine.onCommand({
        kind: 'command',
        id: `${command.actor}/${engine.journal.seq + 1}`,
        eventMs: nowMs,
        ...command,
      })
    }
    const batch = await live.read(BATCH_MAX)
    if (batch === null) {
      await commit()
      return { engine, complete: true }
    }
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event === undefined) break
      onMarket(event)
      engine.onMarket(event)
    }
    if (entries.length > 0 || engine.marketSeq() - committedSeq >= QUIET_EVENTS_MAX) await commit()
    else options.onBatch?.([], engine)
    // Timers, keys and signals are heard between batches: a loop of ready promises alone would never come to
    // them.
    await setImmediate()
  }
  await commit()
  return { engine, complete: false }
}
