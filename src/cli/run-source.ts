import { basename, resolve } from 'node:path'
import { statSync } from 'node:fs'
import { openMarketFiles } from '../adapters/recording/open.ts'
import { createSimulatedSource } from '../adapters/simulated/market-source.ts'
import { instrumentOf } from '../domain/instruments.ts'
import type { MarketSource } from '../engine/ports.ts'

/** Where a run's market data comes from, as plain JSON: a run goes on only with the same. */
export type SourceIdentity =
  | Readonly<{ kind: 'sim'; instrument: string; seed: number }>
  | Readonly<{ kind: 'recording'; instrument: string; file: string; bytes: number }>

export type RunSource = Readonly<{
  source: MarketSource
  identity: SourceIdentity
  /** Absolute path of the recording; empty without one. */
  path: string
  /** Market data up to this time arrives at once, at any speed. */
  freeUntilMs: number
}>

/** The simulated market begins here, so that one seed is one market. */
const SIM_START_MS = Date.UTC(2024, 0, 1)
/**
 * A simulated market has been open for a while when a run joins it, so that strategies have something to look
 * back on.
 */
const SIM_OPEN_MS = 15 * 60_000

export function openSimulation(instrument: string, seed: number): RunSource {
  const options = { instrument: instrumentOf(instrument), seed, startMs: SIM_START_MS }
  return {
    source: createSimulatedSource(options),
    identity: { kind: 'sim', instrument, seed },
    path: '',
    freeUntilMs: SIM_START_MS + SIM_OPEN_MS,
  }
}

/** Throws what openMarketFiles throws. */
export async function openRecording(file: string, instrument: string | undefined): Promise<RunSource> {
  const source = await openMarketFiles([file], instrument === undefined ? {} : { instrument })
  const bytes = statSync(file).size
  return {
    source,
    identity: { kind: 'recording', instrument: source.instrument.id, file: basename(file), bytes },
    path: resolve(file),
    freeUntilMs: -Infinity,
  }
}

/** The source of a stored run. A recording that has moved is given by its new path. */
export async function reopenSource(identity: SourceIdentity, path: string): Promise<RunSource> {
  if (identity.kind === 'sim') return openSimulation(identity.instrument, identity.seed)
  return openRecording(path, identity.instrument)
}
