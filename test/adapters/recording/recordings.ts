import assert from 'node:assert/strict'
import { columnNames, createColumnBuffer } from '../../../src/adapters/recording/column-buffer.ts'
import { createRecordingWriter } from '../../../src/adapters/recording/recording-writer.ts'
import type { RecordingFacts } from '../../../src/adapters/recording/recording-writer.ts'
import { instrumentOf } from '../../../src/domain/instruments.ts'
import type { MarketEvent } from '../../../src/domain/market.ts'
import { tapeKinds } from '../../../src/engine/tape.ts'
import type { TapeColumns } from '../../../src/engine/tape.ts'

export const instrument = { ...instrumentOf('BTCUSDT.BINANCE'), openOrdersMax: 7 }
export const facts: RecordingFacts = { instrument, kinds: tapeKinds, received: true }

/** Events as columns, all of them present. */
export function columnsOf(events: readonly MarketEvent[]): TapeColumns {
  const buffer = createColumnBuffer()
  for (const event of events) buffer.push(event, 5)
  const columns = buffer.take(columnNames)
  assert(columns !== null)
  return columns
}

/** Writes events as a recording. */
export async function writeRecording(
  path: string,
  events: readonly MarketEvent[],
  given: Partial<RecordingFacts> = {},
): Promise<void> {
  const writer = await createRecordingWriter(path, { ...facts, ...given })
  await writer.write(columnsOf(events))
  await writer.finish({ sources: ['a test'], leftOut: 3 })
}

/** Trades with these many ids in a row, a millisecond apart. */
export const trades = (count: number, from = 1): MarketEvent[] =>
  Array.from({ length: count }, (_, index) => ({
    kind: 'trade',
    eventMs: 1_700_000_000_000 + from + index,
    tradeId: from + index,
    price: 100 + (index % 7) / 100,
    quantity: 0.5,
    aggressor: index % 2 === 0 ? 'buy' : 'sell',
  }))
