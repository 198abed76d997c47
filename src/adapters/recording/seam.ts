import type { MarketEvent } from '../../domain/market.ts'
import { tapeBatch } from '../../engine/tape.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { addBadRow } from './bad-rows.ts'
import { columnsFor } from './column-buffer.ts'
import type { Reading } from './part.ts'
import { createTapeBuilder } from './tape-builder.ts'
import type { Continuity } from './tape-builder.ts'

type Joined = Readonly<{
  label: string
  kinds: readonly MarketEvent['kind'][]
  received: boolean
  reading: Reading
}>

/**
 * Rows of a recording that overlaps what was read before it, or leaves something out: each is checked against
 * the rows before it, as if it came from its source. Bad rows count events of the recording from 1.
 */
export async function* joinColumns(
  batches: AsyncIterable<TapeColumns>,
  { label, kinds, received, reading }: Joined,
): AsyncIterable<TapeColumns> {
  const builder = createTapeBuilder(
    columnsFor([...kinds, 'gap'], received),
    reading.continuity,
    reading.summary,
  )
  let row = 0
  let heldGap: MarketEvent | null = null
  for await (const columns of batches) {
    const batch = tapeBatch(columns, 0, columns.eventMs.length)
    for (let index = 0; index < batch.length; index++) {
      const event = batch.at(index)
      if (event === undefined) break
      row++
      const receivedMs = columns.receivedMs?.[index] ?? NaN
      if (heldGap !== null && !isFoundAgain(event, reading.continuity)) builder.add(heldGap, receivedMs)
      heldGap = event.kind === 'gap' ? event : null
      if (heldGap !== null) continue
      const refused = builder.add(event, receivedMs)
      if (refused !== null) addBadRow(reading.bad, { file: label, line: row, reason: refused })
    }
    const joined = builder.take()
    if (joined !== null) yield joined
  }
  if (heldGap !== null) builder.add(heldGap, NaN)
  const rest = builder.take()
  if (rest !== null) yield rest
}

/** Whether the builder finds the gap in front of this event by itself, or the event is left out anyway. */
function isFoundAgain(event: MarketEvent, last: Continuity): boolean {
  if (event.kind === 'candle')
    return last.candleMs !== null && event.eventMs - event.intervalMs !== last.candleMs
  if (event.kind !== 'trade' || event.tradeId === null) return false
  return last.tradeId !== null && event.tradeId !== last.tradeId + 1
}
