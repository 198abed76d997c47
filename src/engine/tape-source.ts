import type { Instrument } from '../domain/instrument.ts'
import type { MarketSource } from './ports.ts'
import { tapeBatch } from './tape.ts'
import type { TapeColumns } from './tape.ts'

/** A source over columns in memory; nothing is copied, so that many runs can share one tape. */
export function createTapeSource(instrument: Instrument, columns: TapeColumns): MarketSource {
  const rows = columns.eventMs.length
  let next = 0
  return {
    instrument,
    read(countMax) {
      if (next >= rows) return Promise.resolve(null)
      const from = next
      next = Math.min(rows, from + countMax)
      return Promise.resolve(tapeBatch(columns, from, next))
    },
    close: () => Promise.resolve(),
  }
}
