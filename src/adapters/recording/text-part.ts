import { CdbError } from '../../domain/errors.ts'
import type { TapeColumns } from '../../engine/tape.ts'
import { addBadRow } from './bad-rows.ts'
import type { TextMember } from './byte-stream.ts'
import { columnsFor } from './column-buffer.ts'
import { corruptFile, emptyFile } from './file-error.ts'
import { createLineSplitter } from './lines.ts'
import type { Part, Reading } from './part.ts'
import type { RowSink } from './row-sink.ts'
import { createTapeBuilder } from './tape-builder.ts'
import { detectTextFormat } from './text-format.ts'
import type { TextFormat } from './text-format.ts'

/**
 * Looks into a text. wanted: the instrument that the user named. Throws CDB_FORMAT_UNKNOWN, CDB_FILE_EMPTY.
 */
export async function openTextPart(member: TextMember, wanted: string | null): Promise<Part> {
  const head = await headOf(member)
  if (head.toString('latin1').trim() === '') throw emptyFile(member.label)
  const format = detectTextFormat(head, { label: member.label, names: member.names, wanted })
  return {
    label: member.label,
    format: format.name,
    instrument: format.instrument,
    filters: null,
    kinds: format.kinds,
    received: format.received,
    firstMs: format.firstMs,
    leftOut: 0,
    read: (reading) => readText(member, format, reading),
  }
}

const HEAD_BYTES = 1 << 18

/** The beginning of a text: all of it where it is short, so that a truncated one is known as such at once. */
async function headOf(member: TextMember): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of member.bytes({ bytesRead: 0 })) {
    chunks.push(chunk)
    length += chunk.length
    if (length >= HEAD_BYTES) break
  }
  return Buffer.concat(chunks)
}

async function* readText(
  member: TextMember,
  format: TextFormat,
  reading: Reading,
): AsyncIterable<TapeColumns> {
  const { label } = member
  const names = columnsFor(format.kinds, format.received)
  const builder = createTapeBuilder(names, reading.continuity, reading.summary)
  const badBefore = reading.bad.count
  let rows = 0
  let firstReason = ''
  const bad = (line: number, reason: string): void => {
    if (firstReason === '') firstReason = `line ${line}: ${reason}`
    addBadRow(reading.bad, { file: label, line, reason })
  }
  const sink: RowSink = {
    event(event, receivedMs, line) {
      const refused = builder.add(event, receivedMs)
      if (refused === null) rows++
      else bad(line, refused)
      return refused
    },
    bad,
    corrupt(problem) {
      throw corruptFile(label, problem)
    },
  }
  const decoder = format.createDecoder(sink, reading.instrument.symbol, reading.given)
  const splitter = createLineSplitter(label, decoder.line)
  for await (const chunk of member.bytes(reading.progress)) {
    splitter.push(chunk)
    const columns = builder.take()
    if (columns !== null) yield columns
  }
  splitter.end()
  const columns = builder.take()
  if (columns !== null) yield columns
  if (rows > 0) return
  if (reading.bad.count === badBefore) throw emptyFile(label)
  throw new CdbError('CDB_ROWS_BAD', `${label} has no row that can be read; ${firstReason}`, {
    mend: 'check that it is the file you meant',
  })
}
