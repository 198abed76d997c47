import { columnNames, isByteColumn } from '../adapters/recording/column-buffer.ts'
import type { ColumnName } from '../adapters/recording/column-buffer.ts'
import type { MarketFiles } from '../adapters/recording/open.ts'
import type { TapeColumns } from '../engine/tape.ts'

/**
 * Reads files to their end into columns that worker threads see without a copy: many runs read one tape, and
 * the files are parsed once.
 */
export async function readSharedTape(
  files: Pick<MarketFiles, 'readColumns'>,
  onPiece: () => Promise<void>,
): Promise<TapeColumns> {
  const pieces: TapeColumns[] = []
  for (let piece = await files.readColumns(); piece !== null; piece = await files.readColumns()) {
    pieces.push(piece)
    await onPiece()
  }
  // The recorder's clock takes no part in decisions, so runs do without it.
  const needed = columnNames.filter(
    (name) => name !== 'receivedMs' && (name === 'eventMs' || pieces.some((piece) => piece[name] !== null)),
  )
  const columns = columnNames.map((name) => [name, needed.includes(name) ? joinPieces(name, pieces) : null])
  return Object.fromEntries(columns) as TapeColumns
}

/** A column that a piece lacks was not needed by its events: it says "nothing" there. */
function joinPieces(name: ColumnName, pieces: readonly TapeColumns[]): Float64Array | Uint8Array {
  const rows = pieces.reduce((sum, piece) => sum + piece.eventMs.length, 0)
  const joined = isByteColumn(name)
    ? new Uint8Array(new SharedArrayBuffer(rows))
    : new Float64Array(new SharedArrayBuffer(rows * Float64Array.BYTES_PER_ELEMENT)).fill(Number.NaN)
  let at = 0
  for (const piece of pieces) {
    const column = piece[name]
    if (column !== null) joined.set(column, at)
    at += piece.eventMs.length
  }
  return joined
}
