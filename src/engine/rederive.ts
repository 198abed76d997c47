import type { Command } from '../domain/event.ts'
import { CdbError } from '../domain/errors.ts'
import type { MarketEvent } from '../domain/market.ts'
import type { Engine } from './engine.ts'
import type { LogEntry } from './journal.ts'
import type { EventLog, MarketSource } from './ports.ts'

export type Rederivation = Readonly<{
  /** A new engine that pushes its entries on `derived`; they are taken off as they are compared. */
  engine: Engine
  derived: LogEntry[]
  /** From its beginning. */
  source: MarketSource
  log: EventLog
  onMarket?: (event: MarketEvent) => void
  /** Awaited after each batch: progress, and a chance for timers and signals. */
  onBatch?: (done: Readonly<{ marketSeq: number; marketSeqEnd: number }>) => Promise<void>
  signal?: Readonly<{ aborted: boolean }>
}>

const BATCH_MAX = 8_192
const MEND =
  'run it with the same program, strategy file and market data that wrote it, or start in another --data folder'

/**
 * Steps a new engine over the market data that the log has consumed, feeds it the commands of persons where
 * they stand, and compares every entry. Start is restart: this is how a run goes on, and how it is audited.
 * False when aborted. Throws CDB_LOG_DIVERGED, naming the first entry that differs and both payloads.
 */
export async function rederive(options: Rederivation): Promise<boolean> {
  const { engine, log, source, derived } = options
  const head = await log.head()
  const commands = await log.operatorCommands()
  let nextCommand = 0
  let comparedSeq = 0
  const feedCommands = (): void => {
    for (; commands[nextCommand]?.marketSeq === engine.marketSeq(); nextCommand++) {
      engine.onCommand(commands[nextCommand]?.event as Command)
    }
  }
  feedCommands()
  while (engine.marketSeq() < head.marketSeq) {
    if (options.signal?.aborted === true) return false
    const batch = await source.read(Math.min(BATCH_MAX, head.marketSeq - engine.marketSeq()))
    if (batch === null) {
      throw diverged(`the market data ends after ${engine.marketSeq()} events; the log has ${head.marketSeq}`)
    }
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event === undefined) break
      options.onMarket?.(event)
      engine.onMarket(event)
      feedCommands()
    }
    comparedSeq = await compare(log, comparedSeq, derived)
    await options.onBatch?.({ marketSeq: engine.marketSeq(), marketSeqEnd: head.marketSeq })
  }
  comparedSeq = await compare(log, comparedSeq, derived)
  if (comparedSeq < head.logSeq) {
    const [extra] = await log.read(comparedSeq, 1)
    throw diverged(`entry ${comparedSeq + 1} does not follow from the market data: ${extra?.payload ?? ''}`)
  }
  return true
}

/** Takes the derived entries off, each equal to its stored one; returns the last sequence number compared. */
async function compare(log: EventLog, afterSeq: number, derived: LogEntry[]): Promise<number> {
  const stored = await log.read(afterSeq, derived.length)
  for (const [index, entry] of derived.entries()) {
    const there = stored[index]
    if (there === undefined)
      throw diverged(`entry ${entry.seq} is not on the log; derived is ${entry.payload}`)
    if (there.seq !== entry.seq || there.hash !== entry.hash || there.payload !== entry.payload) {
      throw diverged(
        `entry ${entry.seq} differs\n  on the log: ${shown(there)}\n  derived:    ${shown(entry)}`,
      )
    }
  }
  const seq = afterSeq + derived.length
  derived.length = 0
  return seq
}

const shown = ({ causeSeq, marketSeq, payload }: LogEntry): string =>
  `cause ${causeSeq}, market ${marketSeq}, ${payload}`

const diverged = (message: string): CdbError => new CdbError('CDB_LOG_DIVERGED', message, { mend: MEND })
