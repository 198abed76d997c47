import { instrumentOf } from '../src/domain/instruments.ts'
import type { Instrument } from '../src/domain/instrument.ts'
import { createRandom } from '../src/engine/random.ts'
import { BUY, SELL } from '../src/engine/tape.ts'
import type { TapeColumns } from '../src/engine/tape.ts'
import { createRecordingWriter } from '../src/adapters/recording/recording-writer.ts'

export type SyntheticOptions = Readonly<{
  trades: number
  seed: number
  instrument?: Instrument
  startMs?: number
}>

const START_MS = Date.UTC(2024, 0, 1)
const START_TICKS = 6_000_000
const TICKS_PER_UNIT = 100
const LOTS_PER_UNIT = 100_000
const BATCH_ROWS = 65_536

/**
 * Trades only, from a random walk on the tick grid with rare trends: about 28 a second, as BTCUSDT has on
 * Binance, sizes skewed, both sides. Cheap to make, so that benches measure what reads them. Equal options
 * give equal trades.
 */
export function* syntheticTrades({
  trades,
  seed,
  startMs = START_MS,
}: SyntheticOptions): Iterable<TapeColumns> {
  const random = createRandom(seed, 'synthetic')
  let ticks = START_TICKS
  let drift = 0
  let eventMs = startMs
  for (let from = 0; from < trades; from += BATCH_ROWS) {
    const rows = Math.min(BATCH_ROWS, trades - from)
    const columns = {
      ...EMPTY,
      eventMs: new Float64Array(rows),
      tradeId: new Float64Array(rows),
      price: new Float64Array(rows),
      quantity: new Float64Array(rows),
      side: new Uint8Array(rows),
    }
    for (let row = 0; row < rows; row++) {
      const chance = random()
      if (chance < 1e-4) drift = (random() - 0.5) * 12
      ticks = Math.max(
        START_TICKS / 4,
        ticks + Math.round((random() + random() + random() - 1.5) * 180 + drift),
      )
      eventMs += Math.floor(chance * 72)
      columns.eventMs[row] = eventMs
      columns.tradeId[row] = from + row + 1
      columns.price[row] = ticks / TICKS_PER_UNIT
      columns.quantity[row] = Math.max(1, Math.round(100 / (random() + 0.001))) / LOTS_PER_UNIT
      columns.side[row] = random() < 0.5 + drift * 0.01 ? BUY : SELL
    }
    yield columns
  }
}

const EMPTY = {
  kind: null,
  receivedMs: null,
  bidPrice: null,
  bidQuantity: null,
  askPrice: null,
  askQuantity: null,
  intervalMs: null,
  open: null,
  high: null,
  low: null,
} as const satisfies Partial<TapeColumns>

/** Writes synthetic trades as a recording, with flat memory. */
export async function writeSyntheticRecording(path: string, options: SyntheticOptions): Promise<void> {
  const instrument = options.instrument ?? instrumentOf('BTCUSDT.SIM')
  const facts = { instrument, kinds: ['trade'], received: false } as const
  const writer = await createRecordingWriter(path, facts, { replace: true })
  for (const columns of syntheticTrades(options)) await writer.write(columns)
  await writer.finish({ sources: [`synthetic, seed ${options.seed}`], leftOut: 0 })
}
