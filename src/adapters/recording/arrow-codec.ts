import {
  AsyncByteQueue,
  Field,
  Float64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  RecordBatchReader,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  Uint8,
} from 'apache-arrow'
import type { TypeMap } from 'apache-arrow'
import type { TapeColumns } from '../../engine/tape.ts'
import { columnNames, isByteColumn } from './column-buffer.ts'
import type { ColumnName } from './column-buffer.ts'

/*
 * The Arrow IPC file format: `ARROW1`, schema, record batches, end mark, footer, `ARROW1`.
 * Source: https://arrow.apache.org/docs/format/Columnar.html#ipc-file-format
 */

/** Encodes batch after batch; each call returns the bytes to append to the file. */
export type ArrowEncoder = Readonly<{
  /** Magic and schema. */
  head(): Buffer
  batch(columns: TapeColumns, length: number): Buffer
  /** End mark and footer, whose schema has this metadata. */
  tail(metadata: ReadonlyMap<string, string>): Readonly<{ end: Buffer; footer: Buffer }>
}>

/** The end mark of a stream of batches: a message of length zero. */
export const ARROW_END = Buffer.from([0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])

export function createArrowEncoder(
  names: readonly ColumnName[],
  metadata: ReadonlyMap<string, string>,
): ArrowEncoder {
  const fields = names.map((name) => new Field(name, isByteColumn(name) ? new Uint8() : new Float64(), false))
  const schema = new Schema(fields, new Map(metadata))
  const chunks: Uint8Array[] = []
  const sink = new AsyncByteQueue()
  // The queue would hand its bytes over later, piece by piece; a file wants them now.
  sink.write = (bytes) => {
    chunks.push(bytes as Uint8Array)
  }
  const drain = (): Buffer => {
    const bytes = Buffer.concat(chunks)
    chunks.length = 0
    return bytes
  }
  const writer = new RecordBatchFileWriter()
  return {
    head() {
      writer.reset(sink, schema)
      // The library leaves the schema out at the start, where the format has it and stream readers need it.
      writer['_write'](schemaMessage(schema))
      return drain()
    },
    batch(columns, length) {
      const children = names.map((name) =>
        isByteColumn(name)
          ? makeData({
              type: new Uint8(),
              length,
              nullCount: 0,
              data: columns[name] ?? new Uint8Array(length),
            })
          : makeData({
              type: new Float64(),
              length,
              nullCount: 0,
              data: columns[name] ?? new Float64Array(length),
            }),
      )
      const data = makeData({ type: new Struct<TypeMap>(fields), length, nullCount: 0, children })
      writer.write(new RecordBatch(schema, data))
      return drain()
    },
    tail(last) {
      for (const [key, value] of last) schema.metadata.set(key, value)
      writer.finish()
      const bytes = drain()
      return { end: bytes.subarray(0, ARROW_END.length), footer: bytes.subarray(ARROW_END.length) }
    },
  }
}

/** The message that opens a stream of this schema. */
function schemaMessage(schema: Schema): Uint8Array {
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  return writer.toUint8Array(true)
}

/** The metadata of the schema in a footer (with its length and magic). Throws when it is not a footer. */
export function footerMetadata(footer: Buffer): ReadonlyMap<string, string> {
  const magic = Buffer.from('ARROW1\0\0')
  const reader = RecordBatchReader.from(Buffer.concat([magic, footer])).open()
  return reader.schema.metadata
}

/** The columns of one record batch, as views of the bytes: schema message, then the batch's message. */
export function decodeBatch(bytes: Uint8Array): TapeColumns {
  const batch = RecordBatchReader.from(bytes).next().value as RecordBatch
  const column = (name: ColumnName): unknown => {
    const at = batch.schema.fields.findIndex((field) => field.name === name)
    const values = batch.data.children[at]?.values as Float64Array | Uint8Array | undefined
    // The library leaves the padding behind the last row on.
    return values?.subarray(0, batch.numRows) ?? null
  }
  return Object.fromEntries(columnNames.map((name) => [name, column(name)])) as unknown as TapeColumns
}
