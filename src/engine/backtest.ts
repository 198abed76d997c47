import { createEngine } from './engine.ts'
import type { Engine, EngineConfig } from './engine.ts'
import type { LogEntry } from './journal.ts'
import type { MarketSource } from './ports.ts'
import { createTally, endTally, tallyEntry, tallyMarket } from './tally.ts'
import type { Tally } from './tally.ts'

export type BacktestHooks = Readonly<{
  /** Called with every entry of the log, after the tally has it. */
  onEntry?: (entry: LogEntry) => void
  /** Awaited after each batch: progress, and a chance for timers and signals. */
  onBatch?: (progress: BacktestProgress) => Promise<void>
  /** Checked after each batch; a run that is stopped has the result so far. */
  signal?: Readonly<{ aborted: boolean }>
  /** How many of the newest fills and round trips to keep for a report. */
  keptMax?: number
}>

export type BacktestProgress = Readonly<{ events: number; eventMs: number }>

export type BacktestResult = Readonly<{ engine: Engine; tally: Tally; complete: boolean }>

/** Events per batch: long enough for the loop to run hot, short enough for progress ten times a second. */
const BATCH_MAX = 65_536

/** Runs the engine over everything a source has, as fast as the core allows. */
export async function runBacktest(
  config: EngineConfig,
  source: MarketSource,
  hooks: BacktestHooks = {},
): Promise<BacktestResult> {
  const tally = createTally({
    instrument: config.instrument,
    equityStart: config.cash,
    ...(hooks.keptMax === undefined ? {} : { keptMax: hooks.keptMax }),
  })
  const { onEntry } = hooks
  const engine = createEngine(config, (entry) => {
    tallyEntry(tally, entry)
    onEntry?.(entry)
  })
  let complete = false
  while (hooks.signal?.aborted !== true) {
    const batch = await source.read(BATCH_MAX)
    if (batch === null) {
      complete = true
      break
    }
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event === undefined) break
      tallyMarket(tally, event)
      engine.onMarket(event)
    }
    await hooks.onBatch?.({ events: engine.marketSeq(), eventMs: tally.market.lastMs })
  }
  endTally(tally)
  return { engine, tally, complete }
}
